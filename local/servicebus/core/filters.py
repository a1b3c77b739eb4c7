"""Which messages a subscription takes: correlation filters, and SQL filters evaluated by SQLite.

SQLite brings the three-valued logic, LIKE, IN, IS NULL and arithmetic of the Service Bus SQL dialect along; only names
are translated. Source: "SQL filter syntax" and "Topic filters" of the Azure Service Bus documentation.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

Scalar = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Properties:
    """What filters see of a message: broker properties by lower-case name, application properties by name."""

    system: Mapping[str, Scalar]
    application: Mapping[str, Scalar]

    def user(self, name: str) -> Scalar:
        """An application property; names are compared without case."""
        folded = name.lower()
        return next((value for key, value in self.application.items() if key.lower() == folded), None)


class Filter(Protocol):
    def matches(self, properties: Properties) -> bool: ...


@dataclass(frozen=True, slots=True)
class CorrelationFilter:
    """All given values must be equal; ``system`` names are lower-case (``label``, ``correlationid``, ...)."""

    system: Mapping[str, str] = field(default_factory=dict)
    application: Mapping[str, Scalar] = field(default_factory=dict)

    def matches(self, properties: Properties) -> bool:
        return all(properties.system.get(name) == value for name, value in self.system.items()) and all(
            properties.user(name) == value for name, value in self.application.items()
        )


@dataclass(frozen=True, slots=True)
class SqlFilter:
    """An expression such as ``sys.Label = 'order' AND amount > 100``; NULL counts as no match."""

    expression: str

    def matches(self, properties: Properties) -> bool:
        statement, names = _translate(self.expression)
        values = {f"p{index}": _value(name, properties) for index, name in enumerate(names)}
        return bool(_evaluator().execute(statement, values).fetchone()[0])

    def check(self) -> None:
        """Raises ValueError when the expression cannot be evaluated."""
        try:
            self.matches(Properties({}, {}))
        except sqlite3.Error as error:
            raise ValueError(f"SQL filter {self.expression!r}: {error}") from error


class EveryMessage:
    """The filter of a subscription without rules."""

    def matches(self, properties: Properties) -> bool:
        return True


_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<exists>EXISTS\s*\()|(?P<name>(?:(?:sys|user)\.)?(?:\[[^\]]+\]|"[^"]+"|[A-Za-z_]\w*))|(?P<rest>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_KEYWORDS = {"and", "or", "not", "is", "null", "like", "in", "escape", "between", "true", "false"}


@lru_cache(maxsize=256)
def _translate(expression: str) -> tuple[str, tuple[str, ...]]:
    """The SQLite statement of an expression, and the property names bound to ``:p0``, ``:p1``, ..."""
    names: list[str] = []
    parts: list[str] = []
    for token in _TOKEN.finditer(expression):
        name = token["name"]
        if token["exists"]:
            parts.append("(NULL IS NOT ")
        elif name and name.lower() not in _KEYWORDS:
            names.append(name)
            parts.append(f":p{len(names) - 1}")
        else:
            parts.append(token[0])
    return f"SELECT ({''.join(parts)})", tuple(names)


def _value(name: str, properties: Properties) -> Scalar:
    scope, _, rest = name.partition(".")
    bare = (rest or scope).strip('[]"')
    if rest and scope.lower() == "sys":
        return properties.system.get(bare.lower())
    return properties.user(bare)


@lru_cache(maxsize=1)
def _evaluator() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("PRAGMA case_sensitive_like = ON")
    return database


def parse_rule_filter(rule: Mapping[str, Any]) -> Filter:
    """The filter of one rule as the configuration writes it (``Properties`` of a rule). Raises ValueError."""
    kind = rule.get("FilterType", "Sql" if "SqlFilter" in rule else "Correlation")
    if kind == "Correlation":
        given = dict(rule.get("CorrelationFilter") or {})
        application = given.pop("Properties", None) or {}
        return CorrelationFilter({name.lower(): value for name, value in given.items()}, application)
    if kind == "Sql":
        sql = SqlFilter((rule.get("SqlFilter") or {}).get("SqlExpression", "1=1"))
        sql.check()
        return sql
    raise ValueError(f"FilterType {kind!r} is neither Correlation nor Sql")
