"""``$filter`` to SQL: the operators and functions Dataverse documents for its Web API."""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from local.dynamics.data.schema import Column, Table, Type
from local.dynamics.errors import DataverseError, bad_query, unknown_property

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<in>Microsoft\.Dynamics\.CRM\.In)|(?P<date>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?)"
    r"|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})|(?P<number>-?\d+(?:\.\d+)?)|(?P<parameter>@\w+)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),=\[\]]))"
)
COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
PATTERNS = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}

Sql = tuple[str, list[Any]]


def compile_filter(table: Table, text: str, parameters: Mapping[str, str]) -> Sql:
    """An SQL condition with its values. Raises DataverseError for what the service would refuse."""
    parser = _Parser(table, text, parameters)
    sql = parser.either()
    parser.end()
    return sql


class _Parser:
    def __init__(self, table: Table, text: str, parameters: Mapping[str, str]) -> None:
        self._table = table
        self._parameters = parameters
        self._tokens = _tokens(text)
        self._at = 0

    def either(self) -> Sql:
        left = self._both()
        while self._take_word("or"):
            right = self._both()
            left = (f"({left[0]} OR {right[0]})", [*left[1], *right[1]])
        return left

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._error()

    def _both(self) -> Sql:
        left = self._one()
        while self._take_word("and"):
            right = self._one()
            left = (f"({left[0]} AND {right[0]})", [*left[1], *right[1]])
        return left

    def _one(self) -> Sql:
        if self._take_word("not"):
            inner = self._one()
            return f"NOT COALESCE({inner[0]}, 0)", inner[1]
        if self._take("mark", "("):
            inner = self.either()
            self._need("mark", ")")
            return inner
        if self._take("in"):
            return self._in()
        word = self._need("word")
        if word in PATTERNS and self._take("mark", "("):
            return self._pattern(PATTERNS[word])
        return self._comparison(self._column(word))

    def _comparison(self, column: Column) -> Sql:
        operator = self._need("word")
        if operator not in COMPARISONS:
            raise self._error()
        value = self._literal(column)
        if value is None:
            if operator not in {"eq", "ne"}:
                raise self._error()
            return f'"{column.name}" IS {"NOT " if operator == "ne" else ""}NULL', []
        if operator == "ne":
            return f'("{column.name}" <> ? OR "{column.name}" IS NULL)', [value]
        return f'"{column.name}" {COMPARISONS[operator]} ?', [value]

    def _pattern(self, pattern: str) -> Sql:
        column = self._column(self._need("word"))
        self._need("mark", ",")
        text = str(self._literal(column))
        self._need("mark", ")")
        escaped = text.replace("\\", "\\\\")
        return f"\"{column.name}\" LIKE ? ESCAPE '\\'", [pattern.format(escaped)]

    def _in(self) -> Sql:
        """``Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)`` with both as parameters."""
        self._need("mark", "(")
        given: dict[str, str] = {}
        while not self._take("mark", ")"):
            name = self._need("word")
            self._need("mark", "=")
            parameter = self._need("parameter")
            if parameter not in self._parameters:
                raise bad_query(f"The parameter {parameter} is not given.")
            given[name] = self._parameters[parameter]
            self._take("mark", ",")
        column = self._column(given.get("PropertyName", "").strip("'"))
        try:
            values = json.loads(given.get("PropertyValues", ""))
        except ValueError:
            raise bad_query("PropertyValues is not a JSON array.") from None
        return f'"{column.name}" IN ({", ".join("?" for _ in values)})', [column_value(column, one) for one in values]

    def _literal(self, column: Column) -> object:
        kind, text = self._next()
        if kind == "word" and text == "null":
            return None
        if kind == "word" and text in {"true", "false"} and column.type is Type.BOOLEAN:
            return int(text == "true")
        if kind == "string" and column.type in {Type.STRING, Type.MEMO, Type.URL}:
            return text[1:-1].replace("''", "'")
        if kind == "guid" and column.type in {Type.GUID, Type.LOOKUP}:
            return text.lower()
        if kind == "number" and column.type in {Type.INTEGER, Type.PICKLIST}:
            return int(float(text))
        if kind == "date" and column.type is Type.DATETIME:
            return column.parse(text if "T" in text else f"{text}T00:00:00Z")
        raise bad_query(
            f"A binary operator with incompatible types: '{column.json_name}' is {column.type}, not {text}."
        )

    def _column(self, name: str) -> Column:
        column = self._table.by_json_name(name)
        if column is None:
            raise unknown_property(self._table.name, name)
        return column

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._error()
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _take(self, kind: str, text: str | None = None) -> bool:
        if self._at < len(self._tokens):
            found_kind, found = self._tokens[self._at]
            if found_kind == kind and text in {None, found}:
                self._at += 1
                return True
        return False

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _need(self, kind: str, text: str | None = None) -> str:
        found_kind, found = self._next()
        if found_kind != kind or text not in {None, found}:
            raise self._error()
        return found

    def _error(self) -> DataverseError:
        return bad_query("Syntax error in the filter expression.")


def column_value(column: Column, value: object) -> object:
    """A JSON value as it is stored, for comparing."""
    if column.type in {Type.GUID, Type.LOOKUP}:
        try:
            return str(UUID(str(value)))
        except ValueError:
            raise bad_query(f"'{value}' is no Guid.") from None
    return column.parse(value)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise bad_query(f"Syntax error at position {at} in '{text}'.")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found
