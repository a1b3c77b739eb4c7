"""Receives Dataverse's webhooks (J3): of customers for the number index, of agents' presences for their status."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.bus.bus import Bus
from shared.clock import Clock
from shared.dataverse import names
from shared.errors import InvalidInput
from shared.identity.notifications import IndexNotifications
from shared.outside import EARLIEST, LATEST, document
from shared.presence.messages import presence_told
from shared.presence.model import QUEUE, PresenceNews

_DATE = re.compile(r"/Date\((-?\d{1,18})(?:[+-]\d{4})?\)/")


@dataclass(eq=False, repr=False, kw_only=True)
class DataverseWebhooks:
    """One receiver for every table; those we have no use for are accepted and dropped."""

    index: IndexNotifications
    bus: Bus
    clock: Clock

    async def receive(self, table: str, body: bytes) -> None:
        """Returns when what is to be done is safe in a queue. Raises InvalidInput ``malformed-webhook``."""
        if table != names.AGENT_STATUS:
            await self.index.changed(table)
            return
        context = _context(body)
        columns = _columns(context)
        agent_id = _id(columns.get(names.AGENT))
        if not agent_id:
            return  # the poll finds the agent
        news = PresenceNews(
            presence_id=_id(columns.get(names.PRESENCE)),
            at=_moment(columns.get(names.PRESENCE_SINCE)),
            by=str(columns.get(names.PRESENCE_BY) or ""),
        )
        now = self.clock()
        key = str(context.get("OperationId") or now.timestamp())
        await self.bus.send(QUEUE, presence_told(agent_id, news, key, now))


def _context(body: bytes) -> Mapping[str, Any]:
    try:
        context = document(body)
    except ValueError:
        context = None
    if not isinstance(context, Mapping):
        raise InvalidInput("malformed-webhook", "a webhook of Dataverse is a RemoteExecutionContext in JSON")
    return context


def _columns(context: Mapping[str, Any]) -> dict[str, Any]:
    """What was written, as far as the message says."""
    try:
        target = next(one["value"] for one in context["InputParameters"] or () if one["key"] == "Target")
        return {one["key"]: one["value"] for one in target["Attributes"]}
    except (KeyError, TypeError, StopIteration):
        return {}


def _id(reference: object) -> str:
    return str(reference.get("Id") or "").lower() if isinstance(reference, Mapping) else ""


def _moment(value: object) -> datetime | None:
    """A time as ``DataContractJsonSerializer`` writes it; None for one that is none."""
    found = _DATE.fullmatch(str(value or ""))
    try:
        at = datetime.fromtimestamp(int(found[1]) / 1000, UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None
    return at if at and EARLIEST <= at < LATEST else None
