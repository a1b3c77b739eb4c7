"""The limits of Table Storage, checked before sending: the local emulator accepts what Azure refuses.

Figures: Microsoft, *Understanding the Table service data model* and *Performing entity group transactions*.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.errors import InvalidInput

MAX_ENTITY_BYTES = 1024 * 1024
MAX_PROPERTIES = 252
MAX_TEXT_CHARACTERS = 32 * 1024
MAX_BINARY_BYTES = 64 * 1024
MAX_KEY_BYTES = 1024
INT64 = range(-(2**63), 2**63)
FIRST_YEAR = 1601
RESERVED = {"PartitionKey", "RowKey", "Timestamp"}
MAX_TRANSACTION = 100
MAX_TRANSACTION_BYTES = 4 * 1024 * 1024

_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}")
_PROPERTY = re.compile(r"[^\W\d]\w{0,254}")
_KEY_FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


def check_table_name(name: str) -> str:
    if not _TABLE.fullmatch(name):
        raise InvalidInput("table-name", f"{name!r} is no table name: letters and digits, 3 to 63")
    return name


def check_keys(*keys: str) -> None:
    """Raises InvalidInput ``row-key``."""
    for key in keys:
        if _KEY_FORBIDDEN.search(key) or _utf16_bytes(key) > MAX_KEY_BYTES:
            raise InvalidInput("row-key", "a row key holds a forbidden character or more than 1 KiB")


def check_row(pk: str, rk: str, values: Mapping[str, Any]) -> int:
    """The row's size in bytes as Azure counts it.

    Raises InvalidInput ``row-key``, ``row-property`` or ``row-too-large``.
    """
    check_keys(pk, rk)
    if len(values) > MAX_PROPERTIES:
        raise InvalidInput("row-too-large", f"a row has {len(values)} properties, {MAX_PROPERTIES} are allowed")
    size = 4 + _utf16_bytes(pk + rk) + sum(_property_size(name, value) for name, value in values.items())
    if size > MAX_ENTITY_BYTES:
        raise InvalidInput("row-too-large", f"a row has {size} bytes, {MAX_ENTITY_BYTES} are allowed")
    return size


def check_transaction(sizes: Sequence[int], partitions: set[str], operations: int) -> None:
    """``sizes``: of the rows written. Raises InvalidInput ``transaction-too-large`` or ``transaction-partitions``."""
    if len(partitions) > 1:
        raise InvalidInput("transaction-partitions", "a transaction changes one partition only")
    if operations > MAX_TRANSACTION or sum(sizes) > MAX_TRANSACTION_BYTES:
        raise InvalidInput("transaction-too-large", f"a transaction has {operations} operations or more than 4 MiB")


def _property_size(name: str, value: object) -> int:
    if not _PROPERTY.fullmatch(name) or name in RESERVED:
        raise InvalidInput("row-property", f"{name!r} is no property name")
    return 8 + 2 * len(name) + _value_size(name, value)


def _value_size(name: str, value: object) -> int:
    if isinstance(value, str):
        if _utf16_bytes(value) > 2 * MAX_TEXT_CHARACTERS:
            raise InvalidInput("row-too-large", f"the text of {name} is longer than {MAX_TEXT_CHARACTERS} characters")
        return 4 + _utf16_bytes(value)
    if isinstance(value, bytes):
        if len(value) > MAX_BINARY_BYTES:
            raise InvalidInput("row-too-large", f"{name} is longer than {MAX_BINARY_BYTES} bytes")
        return 4 + len(value)
    if not _is_plain(value):
        raise InvalidInput("row-property", f"{name} has a value that a row cannot hold")
    return 8


def _is_plain(value: object) -> bool:
    """A number of at most 64 bits, a boolean, or a moment that says its time zone."""
    if isinstance(value, datetime):
        return value.tzinfo is not None and value.year >= FIRST_YEAR
    if isinstance(value, int):
        return value in INT64
    return isinstance(value, float)


def _utf16_bytes(text: str) -> int:
    """Lone surrogates, which no encoding takes, count like any other unit: the service refuses them itself."""
    return len(text.encode("utf-16-le", "surrogatepass"))
