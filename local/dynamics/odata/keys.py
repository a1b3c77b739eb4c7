"""What stands in the parentheses of an address: a Guid, or the values of an alternate key."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from local.dynamics.data.schema import TableSchema
from local.dynamics.errors import bad_query
from local.dynamics.odata.lexer import Words
from local.dynamics.odata.literals import literal

BREAKING = frozenset("/<>*%&:\\?+")
"""Characters that break an address by alternate key, although the column may hold them."""
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class RowKey:
    """``id`` of the row, or the column values of an alternate key, and the text as it was written."""

    text: str
    id: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def parse_key(table: TableSchema, text: str) -> RowKey:
    """Raises DataverseError for what is neither a Guid nor all columns of one alternate key."""
    bare = text.removeprefix(f"{table.key}=")
    if _GUID.fullmatch(bare):
        return RowKey(text, id=str(UUID(bare)))
    values: dict[str, object] = {}
    words = Words(text)
    while True:
        name = words.need("word")
        column = table.by_json_name(name)
        if column is None:
            raise bad_query(f"The key property '{name}' does not exist on the entity '{table.name}'.")
        words.need("mark", "=")
        values[column.name] = literal(column, words.next(), {})
        if not words.take("mark", ","):
            break
    words.end()
    if sorted(values) not in [sorted(columns) for columns in table.keys.values()]:
        raise bad_query(
            f"The specified key properties {', '.join(values)} are not an alternate key defined for the "
            f"{table.name} entity."
        )
    if any(isinstance(value, str) and BREAKING & set(value) for value in values.values()):
        raise bad_query("A value of the key holds a character that cannot be used in the address of a row.")
    return RowKey(text, values=values)
