"""What a table is: columns, keys, states, collections. The definitions themselves are in ``tables``."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any


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


TEXTS = frozenset({Type.STRING, Type.MEMO, Type.URL})
EDM: Mapping[Type, str] = {
    Type.STRING: "Edm.String",
    Type.MEMO: "Edm.String",
    Type.URL: "Edm.String",
    Type.INTEGER: "Edm.Int32",
    Type.PICKLIST: "Edm.Int32",
    Type.BOOLEAN: "Edm.Boolean",
    Type.DATETIME: "Edm.DateTimeOffset",
    Type.GUID: "Edm.Guid",
    Type.LOOKUP: "Edm.Guid",
}


@dataclass(frozen=True)
class Column:
    """One attribute.

    ``targets``: per single-valued navigation property of a lookup the tables it may point to. ``labels``: what the
    options of a choice are called; a value without a label is refused. ``creatable`` and ``updatable``: whether a
    value that a client gives is kept; otherwise it is ignored, as the service does.
    """

    name: str
    type: Type
    max_length: int = 0
    targets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)
    creatable: bool = True
    updatable: bool = True
    default: object = None
    minimum: int = -(2**31)

    @property
    def json_name(self) -> str:
        """Lookups are read as ``_name_value``."""
        return f"_{self.name}_value" if self.type is Type.LOOKUP else self.name

    @property
    def edm_type(self) -> str:
        return EDM[self.type]


@dataclass(frozen=True)
class Collection:
    """A collection-valued navigation property: the rows of ``table`` whose lookup ``column`` points here."""

    table: str
    column: str


@dataclass(frozen=True)
class TableSchema:
    """One table. ``states``: per status code the state it belongs to, the first of a state being its default.

    ``keys``: alternate keys by name, each the columns that are unique together. ``code``: the object type code.
    """

    name: str
    set_name: str
    key: str
    columns: Mapping[str, Column]
    primary_name: str
    code: int
    states: Mapping[int, int] = field(default_factory=dict)
    collections: Mapping[str, Collection] = field(default_factory=dict)
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    change_tracking: bool = True

    def navigation(self, name: str) -> tuple[Column, Sequence[str]] | None:
        """The lookup that a single-valued navigation property sets, and the tables it may point to."""
        for column in self.columns.values():
            if name in column.targets:
                return column, column.targets[name]
        return None

    def by_json_name(self, name: str) -> Column | None:
        """The column that is read under a name."""
        column = self.columns.get(name.removeprefix("_").removesuffix("_value")) or self.columns.get(name)
        return column if column and column.json_name == name else None

    def default_status(self, state: int) -> int | None:
        return next((status for status, belongs in self.states.items() if belongs == state), None)


def strings(names: Iterable[str], max_length: int) -> list[Column]:
    return [Column(name, Type.STRING, max_length) for name in names]


def with_custom_columns(tables: Mapping[str, TableSchema], path: Path | None) -> dict[str, TableSchema]:
    """The tables with the columns a solution adds.

    ``[{table, name, type, max_length?, target?, key?}]``: ``target`` is the table a lookup points to; columns of a
    table with the same ``key`` form an alternate key of that name.
    """
    extended = dict(tables)
    for one in json.loads(path.read_text(encoding="utf-8")) if path else ():
        table = extended[one["table"]]
        column = _custom(table, one)
        keys = dict(table.keys)
        if name := one.get("key"):
            keys[name] = [*keys.get(name, ()), column.name]
        extended[table.name] = replace(table, columns={**table.columns, column.name: column}, keys=keys)
    return extended


def _custom(table: TableSchema, one: Mapping[str, Any]) -> Column:
    """A lookup of an activity is also bound as ``name_PhoneCall``: the service's own choice for such a property."""
    kind = Type(one["type"])
    length = int(one.get("max_length", 100 if kind is Type.STRING else 0))
    if kind is not Type.LOOKUP:
        return Column(one["name"], kind, length)
    suffixes = ("", "_PhoneCall", "_phonecall") if table.name == "phonecall" else ("",)
    return Column(one["name"], kind, targets={f"{one['name']}{suffix}": (one["target"],) for suffix in suffixes})
