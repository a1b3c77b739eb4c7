"""Who writes, and what was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.dynamics.data.schema import TableSchema


@dataclass(frozen=True)
class Caller:
    """Whose name stands in the row, and who did it for them if somebody else did."""

    user_id: str
    on_behalf_by: str | None = None


@dataclass(frozen=True)
class Written:
    """What a write did: ``message`` is Create, Update or Delete; ``row`` is the row after it, before it if deleted."""

    message: str
    table: TableSchema
    key: str
    columns: frozenset[str]
    caller: Caller
    row: Mapping[str, Any] = field(default_factory=dict)
