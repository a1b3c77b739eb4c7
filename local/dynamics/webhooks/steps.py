"""Which writes somebody wants to hear of: the registrations, kept in the database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from local.dynamics.data.model import Written
from local.dynamics.data.store import Store

DOCUMENT = "steps"
MESSAGES = ("Create", "Update", "Delete")


@dataclass(frozen=True)
class WebhookStep:
    """One registration. ``key`` travels as ``?code=``; without ``filtering`` columns every update is told."""

    url: str
    table: str
    messages: Sequence[str] = MESSAGES
    filtering: Sequence[str] = field(default_factory=tuple)
    key: str = ""

    def hears(self, written: Written) -> bool:
        if self.table != written.table.name or written.message not in self.messages:
            return False
        filtered = bool(self.filtering) and written.message == "Update"
        return not filtered or bool(written.columns & frozenset(self.filtering))


@dataclass(eq=False, repr=False)
class Steps:
    """One step per address and table; registering it again replaces it."""

    store: Store

    def all(self) -> list[WebhookStep]:
        return [WebhookStep(**one) for one in json.loads(self.store.document(DOCUMENT) or "[]")]

    def add(self, step: WebhookStep) -> None:
        """Raises ValueError for a table or message that is not served."""
        if step.table not in self.store.tables or not set(step.messages) <= set(MESSAGES):
            raise ValueError(f"no step can be registered on {step.table} {step.messages}")
        kept = [one for one in self.all() if (one.url, one.table) != (step.url, step.table)]
        self.store.put_document(DOCUMENT, json.dumps([asdict(one) for one in [*kept, step]]))

    def add_json(self, document: Mapping[str, Any]) -> None:
        """Raises TypeError for a field that no step has, ValueError as ``add``."""
        self.add(WebhookStep(**document))

    def clear(self) -> None:
        self.store.put_document(DOCUMENT, "[]")
