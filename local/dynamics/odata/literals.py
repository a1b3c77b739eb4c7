"""Literals of filters and keys: each must have the type of the column that it is compared with."""

import json
from collections.abc import Mapping
from uuid import UUID

from local.dynamics.data.schema import TEXTS, Column, Type
from local.dynamics.data.values import moment
from local.dynamics.errors import DataverseError, bad_query
from local.dynamics.odata.lexer import Token, Words

KINDS: Mapping[str, str] = {
    "string": "Edm.String",
    "guid": "Edm.Guid",
    "number": "Edm.Int32",
    "date": "Edm.DateTimeOffset",
}


def literal(column: Column, token: Token, parameters: Mapping[str, str]) -> object:
    """The stored form of a literal or of the parameter that stands for it. Raises DataverseError for another type."""
    if token.kind == "parameter":
        words = Words(parameter(token.text, parameters))
        token = words.next()
        words.end()
    if token == ("word", "null"):
        return None
    try:
        value = _typed(column, token)
    except ValueError:
        raise bad_query(f"Unrecognized 'Edm.DateTimeOffset' literal '{token.text}'.") from None
    if value is None:
        kind = "Edm.Boolean" if token.text in {"true", "false"} else KINDS.get(token.kind, token.text)
        raise bad_query(
            "A binary operator with incompatible types was detected. Found operand types "
            f"'{column.edm_type}' and '{kind}' for operator kind 'Equal'."
        )
    return value


def parameter(name: str, parameters: Mapping[str, str]) -> str:
    if name not in parameters:
        raise bad_query(f"The parameter alias '{name}' is used but not given.")
    return parameters[name]


def listed(column: Column, text: str) -> list[object]:
    """The values of ``["a","b"]`` for the function In, in their stored form."""
    try:
        values = json.loads(text.replace("'", '"'))
    except ValueError:
        raise _no_array() from None
    if not isinstance(values, list) or not values:
        raise _no_array()
    return [_from_text(column, str(value)) for value in values]


def _typed(column: Column, token: Token) -> object:
    if token.kind == "string" and column.type in TEXTS:
        return token.text[1:-1].replace("''", "'")
    if token.kind == "guid" and column.type in {Type.GUID, Type.LOOKUP}:
        return token.text.lower()
    if token.kind == "number" and column.type in {Type.INTEGER, Type.PICKLIST}:
        return float(token.text)
    if token.kind == "date" and column.type is Type.DATETIME:
        return moment(token.text if "T" in token.text else f"{token.text}T00:00:00Z")
    if token.text in {"true", "false"} and column.type is Type.BOOLEAN:
        return int(token.text == "true")
    return None


def _from_text(column: Column, text: str) -> object:
    """In takes every value as a text."""
    try:
        if column.type in {Type.GUID, Type.LOOKUP}:
            return str(UUID(text))
        if column.type in {Type.INTEGER, Type.PICKLIST, Type.BOOLEAN}:
            return int(text)
        return moment(text) if column.type is Type.DATETIME else text
    except ValueError:
        raise bad_query(f"'{text}' is not a value of '{column.json_name}' ({column.edm_type}).") from None


def _no_array() -> DataverseError:
    return bad_query("PropertyValues is not an array of texts.")
