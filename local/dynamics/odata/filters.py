"""``$filter`` to SQL: the operators and functions that Dataverse documents for its Web API, and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.dynamics.data.schema import TEXTS, Column, TableSchema
from local.dynamics.data.store import target_of
from local.dynamics.errors import DataverseError, bad_query, unknown_property
from local.dynamics.odata.lexer import Token, Words
from local.dynamics.odata.literals import listed, literal, parameter

COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
PATTERNS = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
IN = "Microsoft.Dynamics.CRM.In"
MAX_DEPTH = 50
MAX_CONDITIONS = 500

Sql = tuple[str, list[Any]]


def compile_filter(
    tables: Mapping[str, TableSchema], table: TableSchema, text: str, parameters: Mapping[str, str]
) -> Sql:
    """An SQL condition with its values. Raises DataverseError for what the service would refuse."""
    compiler = _Compiler(tables, Words(text), parameters)
    sql = compiler.either(_Scope(table, f'"{table.name}"', {}))
    compiler.end()
    return sql


@dataclass(frozen=True)
class _Scope:
    """What a bare name belongs to, and what the variables around it stand for."""

    table: TableSchema
    alias: str
    variables: Mapping[str, "_Scope"]

    def sql(self, name: str) -> str:
        return f'{self.alias}."{name}"'


class _Compiler:
    def __init__(self, tables: Mapping[str, TableSchema], words: Words, parameters: Mapping[str, str]) -> None:
        self._tables = tables
        self._words = words
        self._parameters = parameters
        self._aliases = 0
        self._depth = 0
        self._conditions = 0

    def end(self) -> None:
        self._words.end()

    def either(self, scope: _Scope) -> Sql:
        return self._joined("or", scope, self._both)

    def _both(self, scope: _Scope) -> Sql:
        return self._joined("and", scope, self._one)

    def _joined(self, word: str, scope: _Scope, inner: Callable[[_Scope], Sql]) -> Sql:
        first, values = inner(scope)
        conditions = [first]
        while self._words.take("word", word):
            condition, more = inner(scope)
            conditions.append(condition)
            values = [*values, *more]
        joined = f" {word.upper()} ".join(conditions)
        return (f"({joined})" if len(conditions) > 1 else joined), values

    def _one(self, scope: _Scope) -> Sql:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise bad_query("The filter is nested too deeply.")
        try:
            return self._condition(scope)
        finally:
            self._depth -= 1

    def _condition(self, scope: _Scope) -> Sql:
        if self._words.take("word", "not"):
            condition, values = self._one(scope)
            return f"NOT COALESCE({condition}, 0)", values
        if self._words.take("mark", "("):
            inner = self.either(scope)
            self._words.need("mark", ")")
            return inner
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise DataverseError(400, "0x8004430c", "Number of conditions in query exceeded maximum limit.")
        word = self._words.need("word")
        if word in PATTERNS:
            return self._pattern(PATTERNS[word], scope)
        if word == IN:
            return self._in(scope)
        if word.endswith(("/any", "/all")):
            return self._lambda(word, scope)
        return self._on_path(word, scope, self._comparison)

    def _on_path(self, path: str, scope: _Scope, condition: Callable[[_Scope, Column], Sql]) -> Sql:
        """A condition on a column, of this row or of the one a lookup of it points to."""
        *steps, name = path.split("/")
        if steps and steps[0] in scope.variables:
            return self._on_path("/".join([*steps[1:], name]), scope.variables[steps[0]], condition)
        if not steps:
            return condition(scope, _column(scope.table, name))
        found = scope.table.navigation(steps[0])
        if found is None or len(found[1]) > 1:
            raise unknown_property(scope.table.name, steps[0])
        inner = self._nested(self._tables[found[1][0]], scope)
        sql, values = self._on_path("/".join([*steps[1:], name]), inner, condition)
        column = found[0].name
        joined = f"{inner.sql(inner.table.key)} = {scope.sql(column)} AND {scope.sql(target_of(column))} = ?"
        return _exists(inner, f"{joined} AND {sql}", [inner.table.name, *values])

    def _comparison(self, scope: _Scope, column: Column) -> Sql:
        operator = self._words.need("word")
        if operator not in COMPARISONS:
            raise self._words.error()
        token = self._words.next()
        shown = scope.sql(column.name)
        if other := self._compared_column(scope, column, token):
            return f"{shown} {COMPARISONS[operator]} {other}", []
        value = literal(column, token, self._parameters)
        if value is None:
            if operator not in {"eq", "ne"}:
                raise self._words.error()
            return f"{shown} IS {'NOT ' if operator == 'ne' else ''}NULL", []
        if operator == "ne":
            return f"({shown} <> ? OR {shown} IS NULL)", [value]
        return f"{shown} {COMPARISONS[operator]} ?", [value]

    def _compared_column(self, scope: _Scope, column: Column, token: Token) -> str | None:
        if token.kind != "word" or token.text in {"null", "true", "false"}:
            return None
        other = _column(scope.table, token.text.rpartition("/")[2])
        if other.edm_type != column.edm_type:
            raise bad_query(
                "A binary operator with incompatible types was detected. Found operand types "
                f"'{column.edm_type}' and '{other.edm_type}' for operator kind 'Equal'."
            )
        return scope.sql(other.name)

    def _pattern(self, pattern: str, scope: _Scope) -> Sql:
        self._words.need("mark", "(")
        return self._on_path(self._words.need("word"), scope, lambda inner, column: self._like(pattern, inner, column))

    def _like(self, pattern: str, scope: _Scope, column: Column) -> Sql:
        if column.type not in TEXTS:
            raise bad_query("No function signature for the function with these argument types was found.")
        self._words.need("mark", ",")
        text = literal(column, self._words.next(), self._parameters)
        self._words.need("mark", ")")
        return f"matches(?, {scope.sql(column.name)})", [pattern.format(text)]

    def _in(self, scope: _Scope) -> Sql:
        """``In(PropertyName='x',PropertyValues=['a','b'])``, each given in place or by a parameter."""
        self._words.need("mark", "(")
        given: dict[str, str] = {}
        for name in ("PropertyName", "PropertyValues"):
            if given:
                self._words.need("mark", ",")
            self._words.need("word", name)
            self._words.need("mark", "=")
            given[name] = self._argument()
        self._words.need("mark", ")")
        name = given["PropertyName"].strip("'\"")
        column = scope.table.columns.get(name) or _column(scope.table, name)
        values = listed(column, given["PropertyValues"])
        return f"{scope.sql(column.name)} IN ({', '.join('?' for _ in values)})", values

    def _argument(self) -> str:
        if not self._words.take("mark", "["):
            token = self._words.next()
            return parameter(token.text, self._parameters) if token.kind == "parameter" else token.text
        texts: list[str] = []
        while not self._words.take("mark", "]"):
            texts.append(self._words.next().text)
        return f"[{''.join(texts)}]"

    def _lambda(self, word: str, scope: _Scope) -> Sql:
        """``collection/any(x:x/column eq 1)`` and ``/all``."""
        name, _, quantifier = word.rpartition("/")
        collection = scope.table.collections.get(name)
        if collection is None:
            raise unknown_property(scope.table.name, name)
        inner = self._nested(self._tables[collection.table], scope)
        joined = f"{inner.sql(collection.column)} = {scope.sql(scope.table.key)}"
        self._words.need("mark", "(")
        if quantifier == "any" and self._words.take("mark", ")"):
            return _exists(inner, joined, [])
        variable = self._words.need("word")
        self._words.need("mark", ":")
        variables = {**scope.variables, variable: inner}
        sql, values = self.either(_Scope(scope.table, scope.alias, variables))
        self._words.need("mark", ")")
        if quantifier == "any":
            return _exists(inner, f"{joined} AND {sql}", values)
        exception, values = _exists(inner, f"{joined} AND NOT COALESCE({sql}, 0)", values)
        return f"NOT {exception}", values

    def _nested(self, table: TableSchema, scope: _Scope) -> _Scope:
        self._aliases += 1
        return _Scope(table, f'"inner{self._aliases}"', scope.variables)


def _exists(inner: _Scope, condition: str, values: list[Any]) -> Sql:
    return f'EXISTS (SELECT 1 FROM "{inner.table.name}" {inner.alias} WHERE {condition})', values  # noqa: S608 (names of the schema, values as marks)


def _column(table: TableSchema, name: str) -> Column:
    column = table.by_json_name(name)
    if column is None:
        raise unknown_property(table.name, name)
    return column
