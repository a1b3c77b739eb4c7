"""A JSON value becomes a stored one, or is refused as the service refuses it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from local.dynamics.data.schema import Column, TableSchema, Type
from local.dynamics.errors import DataverseError, invalid

_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})")
_EARLIEST = datetime(1753, 1, 1, tzinfo=UTC)
MAX_INTEGER = 2**31 - 1


def stored(table: TableSchema, column: Column, value: object) -> object:
    """The stored form: dates in UTC to the second, Guids in lower case, an empty text as nothing.

    Raises DataverseError for a wrong type, a text that is too long, a number or choice out of range.
    """
    if value is None and column.type is not Type.LOOKUP:
        return None
    return _CONVERTERS[column.type](table, column, value)


def moment(text: str) -> str:
    """Any offset, any precision → UTC to the second. Raises ValueError."""
    if not _DATETIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(table: TableSchema, column: Column, value: object) -> str | None:
    if not isinstance(value, str) or not _is_unicode(value):
        raise _wrong_type(table, column, value)
    if column.max_length and len(value.encode("utf-16-le")) > 2 * column.max_length:
        message = (
            f"A validation error occurred.  The length of the '{column.name}' attribute of the '{table.name}' entity "
            f"exceeded the maximum allowed length of '{column.max_length}'."
        )
        raise DataverseError(400, "0x80044331", message)
    return value or None


def _is_unicode(text: str) -> bool:
    """JSON may hold halves of surrogate pairs, which are no text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _integer(table: TableSchema, column: Column, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(table, column, value)
    if not column.minimum <= value <= MAX_INTEGER:
        raise _out_of_range(table, column, value)
    return value


def _choice(table: TableSchema, column: Column, value: object) -> int:
    number = _integer(table, column, value)
    if column.labels and number not in column.labels:
        raise _out_of_range(table, column, number)
    return number


def _boolean(table: TableSchema, column: Column, value: object) -> int:
    if not isinstance(value, bool):
        raise _wrong_type(table, column, value)
    return int(value)


def _datetime(table: TableSchema, column: Column, value: object) -> str:
    try:
        text = moment(str(value))
    except ValueError:
        raise _wrong_type(table, column, value) from None
    if datetime.fromisoformat(text) < _EARLIEST:
        raise DataverseError(400, "0x80040239", "The date-time format is invalid, or value is outside the range.")
    return text


def _guid(table: TableSchema, column: Column, value: object) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise _wrong_type(table, column, value) from None


def _lookup(table: TableSchema, column: Column, _value: object) -> object:
    bindings = ", ".join(f"{name}@odata.bind" for name in column.targets) or "nothing"
    raise invalid(table.set_name, f"The property '{column.json_name}' is read-only: it is set by {bindings}.")


def _wrong_type(table: TableSchema, column: Column, value: object) -> DataverseError:
    return invalid(table.set_name, f"Cannot convert the literal '{value}' to the expected type '{column.edm_type}'.")


def _out_of_range(table: TableSchema, column: Column, value: int) -> DataverseError:
    accepted = f" Accepted Values: {','.join(str(one) for one in column.labels)}" if column.labels else ""
    message = (
        f"A validation error occurred. The value {value} of '{column.name}' on record of type '{table.name}' is "
        f"outside the valid range.{accepted}"
    )
    return DataverseError(400, "0x80044330", message)


_CONVERTERS: Mapping[Type, Callable[[TableSchema, Column, object], object]] = {
    Type.STRING: _text,
    Type.MEMO: _text,
    Type.URL: _text,
    Type.INTEGER: _integer,
    Type.PICKLIST: _choice,
    Type.BOOLEAN: _boolean,
    Type.DATETIME: _datetime,
    Type.GUID: _guid,
    Type.LOOKUP: _lookup,
}
