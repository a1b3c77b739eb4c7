"""Frozen dataclasses as JSON documents with PascalCase names, and back: what is configured is stored as it is written.

Understands dataclasses, enums, texts, numbers, flags, dates and times, ``tuple[X, ...]``, ``Mapping[K, V]`` and
``X | None``. Fields that are absent keep their default.
"""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from shared.clock import from_iso
from shared.errors import InvalidInput

LARGEST = 1e9
_TEXTUAL = (datetime, date, time)


def decode[T](wanted: type[T], document: Mapping[str, Any]) -> T:
    """Raises InvalidInput ``field-unknown`` or ``field-value``, naming the field."""
    if not isinstance(document, Mapping):
        raise InvalidInput("field-value", f"{wanted.__name__} is an object")
    hints = get_type_hints(wanted)
    fields = {pascal(field.name): field.name for field in dataclasses.fields(wanted) if field.init}  # type: ignore[arg-type]
    for name in document:
        if name not in fields:
            raise InvalidInput("field-unknown", f"{wanted.__name__} has no field {name}")
    given = {fields[name]: _read(name, hints[fields[name]], value) for name, value in document.items()}
    try:
        return wanted(**given)
    except (TypeError, ValueError) as error:
        raise InvalidInput("field-value", str(error)) from error


def encode(value: object) -> Any:
    """The JSON form of a value; fields at their default are written too, so that a reader sees all settings."""
    if dataclasses.is_dataclass(value):
        return {pascal(field.name): encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {_key(key): encode(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [encode(one) for one in value]
    return value.isoformat() if isinstance(value, _TEXTUAL) else value


def pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _key(key: object) -> str:
    return key.isoformat() if isinstance(key, date) else str(key)


def _read(name: str, hint: Any, value: Any) -> Any:
    options = get_args(hint) if get_origin(hint) is UnionType or type(None) in get_args(hint) else (hint,)
    if value is None:
        if type(None) not in options:
            raise InvalidInput("field-value", f"{name} may not be null")
        return None
    wanted = next(option for option in options if option is not type(None))
    try:
        return _value(name, wanted, value)
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidInput("field-value", f"{name} has a value it cannot have") from error


def _value(name: str, wanted: Any, value: Any) -> Any:
    origin = get_origin(wanted)
    if origin is tuple:
        return tuple(_read(name, get_args(wanted)[0], one) for one in value)
    if origin is not None:
        key, one = get_args(wanted)
        return {_read(name, key, text): _read(name, one, inner) for text, inner in value.items()}
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        return decode(wanted, value)
    if wanted in _TEXTUAL:
        return _textual(wanted, value)
    if wanted in (int, float):
        return _number(wanted, value)
    if wanted in (bool, str) and not isinstance(value, wanted):
        raise ValueError(f"{name} is of another type")
    return wanted(value)


def _textual(wanted: Any, value: str) -> datetime | date | time:
    """Moments are made UTC; a time of day is one on the wall, whatever offset it has."""
    if wanted is datetime:
        return from_iso(value)
    read: date | time = wanted.fromisoformat(value)
    return read.replace(tzinfo=None) if isinstance(read, time) else read


def _number(wanted: Any, value: object) -> int | float:
    """Names of a mapping are numbers as texts. No number of ours is anywhere near ``LARGEST``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("no number")
    read: int | float = wanted(value)
    if not -LARGEST <= read <= LARGEST:
        raise ValueError("a number out of all proportion")
    return read
