"""Types of tables and columns, and how a JSON value becomes a stored one."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from local.dynamics.errors import DataverseError, invalid


class Type(StrEnum):
    """Attribute types of Dataverse, as far as these tables have them."""

    STRING = "String"
    MEMO = "Memo"
    URL = "Url"
    INTEGER = "Integer"
    PICKLIST = "Picklist"
    BOOLEAN = "Boolean"
    DATETIME = "DateTime"
    GUID = "Uniqueidentifier"
    LOOKUP = "Lookup"


@dataclass(frozen=True)
class Column:
    """One attribute. ``targets``: per navigation property of a lookup, the table it binds to."""

    name: str
    type: Type
    max_length: int = 0
    targets: Mapping[str, str] = field(default_factory=dict)
    writable: bool = True
    default: object = None

    @property
    def json_name(self) -> str:
        """Lookups are read as ``_name_value``."""
        return f"_{self.name}_value" if self.type is Type.LOOKUP else self.name

    def parse(self, value: object) -> object:
        """The stored form of a JSON value. Raises DataverseError as the service does for a wrong type."""
        if value is None:
            return None
        return _PARSERS[self.type](self, value)


@dataclass(frozen=True)
class Table:
    """One table. ``states``: per status code the state it belongs to, the first of a state being its default."""

    name: str
    set_name: str
    key: str
    columns: Mapping[str, Column]
    primary_name: str
    states: Mapping[int, int] = field(default_factory=dict)
    change_tracking: bool = True

    def bindable(self) -> Mapping[str, tuple[Column, str]]:
        """Per single-valued navigation property: the lookup it sets and the table it binds to."""
        return {
            navigation: (column, target)
            for column in self.columns.values()
            for navigation, target in column.targets.items()
        }

    def by_json_name(self, name: str) -> Column | None:
        for column in self.columns.values():
            if column.json_name == name:
                return column
        return None


def with_custom_columns(tables: Mapping[str, Table], path: Path | None) -> dict[str, Table]:
    """The tables with the columns a solution adds: ``[{table, name, type, max_length}]``."""
    extended = dict(tables)
    for one in json.loads(path.read_text(encoding="utf-8")) if path else ():
        table = extended[one["table"]]
        column = Column(one["name"], Type(one["type"]), int(one.get("max_length", 0)))
        extended[table.name] = replace(table, columns={**table.columns, column.name: column})
    return extended


def _text(column: Column, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong_type(column, value)
    if column.max_length and len(value) > column.max_length:
        message = (
            f"A validation error occurred. The length of the '{column.name}' attribute exceeded the maximum allowed "
            f"length of '{column.max_length}'."
        )
        raise DataverseError(400, "0x80044331", message)
    return value


def _integer(column: Column, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(column, value)
    if not -(2**31) <= value < 2**31:
        raise DataverseError(400, "0x80044330", f"The value of '{column.name}' is outside the valid range.")
    return value


def _boolean(column: Column, value: object) -> int:
    if not isinstance(value, bool):
        raise _wrong_type(column, value)
    return int(value)


_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})")


def _datetime(column: Column, value: object) -> str:
    """Kept to the second, as Dataverse does."""
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise _wrong_type(column, value)
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _guid(column: Column, value: object) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise _wrong_type(column, value) from None


def _lookup(column: Column, _value: object) -> object:
    raise invalid(f"the lookup '{column.name}' is set by binding one of {', '.join(column.targets)}")


def _wrong_type(column: Column, value: object) -> DataverseError:
    shown = type(value).__name__
    return invalid(
        f"Cannot convert a value of '{column.name}' of JSON type {shown} to the expected type {column.type}."
    )


_PARSERS: Mapping[Type, Any] = {
    Type.STRING: _text,
    Type.MEMO: _text,
    Type.URL: _text,
    Type.INTEGER: _integer,
    Type.PICKLIST: _integer,
    Type.BOOLEAN: _boolean,
    Type.DATETIME: _datetime,
    Type.GUID: _guid,
    Type.LOOKUP: _lookup,
}

SQL_TYPES: Mapping[Type, str] = {
    Type.INTEGER: "INTEGER",
    Type.PICKLIST: "INTEGER",
    Type.BOOLEAN: "INTEGER",
}


def strings(names: Sequence[str], max_length: int) -> list[Column]:
    return [Column(name, Type.STRING, max_length) for name in names]
