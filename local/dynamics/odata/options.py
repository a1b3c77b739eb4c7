"""Query options: which are taken where, and what is in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from local.dynamics.data.schema import Column, TableSchema
from local.dynamics.errors import bad_query, unknown_property
from local.dynamics.odata.messages import ApiRequest

MAX_PAGE = 5000
_NAME = re.compile(r"\w+")
_NUMBER = re.compile(r"[0-9]{1,9}")


class Expansion(NamedTuple):
    """One item of ``$expand`` with the options in its parentheses."""

    name: str
    options: Mapping[str, str]


def check_options(query: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Raises DataverseError for an option that is not taken here; parameters (``@p``) are."""
    for name in query:
        if name.startswith("@"):
            continue
        if name not in allowed:
            raise bad_query(f"The query parameter {name} is not supported.")


def selected(table: TableSchema, text: str | None) -> Sequence[Column]:
    if not text:
        return list(table.columns.values())
    names = [name.strip() for name in text.split(",")]
    columns = [table.by_json_name(name) for name in names]
    for name, column in zip(names, columns, strict=True):
        if column is None:
            raise unknown_property(table.name, name)
    return [column for column in columns if column]


def ordering(table: TableSchema, text: str | None) -> str:
    """An ORDER BY that is total, so that pages neither overlap nor leave gaps."""
    parts: list[str] = []
    for part in filter(None, (text or "").split(",")):
        name, _, direction = part.strip().partition(" ")
        column = table.by_json_name(name)
        if column is None:
            raise unknown_property(table.name, name)
        if direction.strip() not in {"", "asc", "desc"}:
            raise bad_query(f"Syntax error at '{direction}' in '{text}'.")
        parts.append(f'"{column.name}" {direction}')
    return "ORDER BY " + ", ".join([*parts, f'"{table.key}"'])


def top(text: str | None) -> int | None:
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise bad_query(
            f"Invalid value '{text}' for $top query option found. The $top query option requires an integer."
        )
    return min(int(text), MAX_PAGE)


def page_size(request: ApiRequest) -> int:
    given = request.prefers("odata.maxpagesize")
    if given is None:
        return MAX_PAGE
    if not _NUMBER.fullmatch(given) or int(given) == 0:
        raise bad_query(f"Invalid value '{given}' for the preference odata.maxpagesize.")
    return min(int(given), MAX_PAGE)


def expansions(text: str | None) -> Iterator[Expansion]:
    """The items of ``a($select=b;$expand=c($select=d)),e``. Raises DataverseError for a syntax error."""
    for item in _split(text or "", ","):
        match = _NAME.match(item)
        rest = item[match.end() :] if match else ""
        if not match or (rest and not (rest.startswith("(") and rest.endswith(")"))):
            raise bad_query(f"Syntax error in the $expand expression '{text}'.")
        options = [part.partition("=") for part in _split(rest[1:-1], ";")]
        yield Expansion(match.group(), {name.strip(): value for name, _, value in options})


def _split(text: str, separator: str) -> list[str]:
    """Splits at separators that are not within parentheses or quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == separator and depth == 0:
                parts.append(text[start:at].strip())
                start = at + 1
    return [part for part in [*parts, text[start:].strip()] if part]
