"""Finds calls by the time their rows were changed and has those reconciled that have not been (H1, H3).

Nothing of a call that is not work goes anywhere, unless there is an activity of it to be taken back.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus.bus import Bus
from shared.calls.messages import check_wanted
from shared.calls.model import QUEUE
from shared.calls.rules import changed_at, is_done
from shared.calls.store import CallStore
from shared.clock import Clock, to_iso
from shared.enreach.client import Enreach
from shared.enreach.model import CallRow
from shared.enterprise_calls.windows import by_call, pages
from shared.storage.leases import Leases
from shared.storage.tables import Table

LEASE = "call-sync"
LEASE_S = 120.0
OVERLAP = timedelta(minutes=5)
"""How far each run reads back: covers a clock that is two minutes behind and rows that are late to show."""
AHEAD = timedelta(minutes=3)
"""How far it reads beyond our own clock: theirs may be two minutes ahead."""
FIRST = timedelta(days=1)
FIGURES = ("repaired", "stuck", "unreadable", "deleted")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    """``synced_at``: all changes up to then were seen; ``begun_at``: when that was tried first.

    ``repaired``, ``stuck``, ``unreadable``, ``deleted``: what the last repair found.
    """

    begun_at: datetime | None
    synced_at: datetime | None
    repaired_at: datetime | None
    repaired: int
    stuck: int
    unreadable: int
    deleted: int


@dataclass(eq=False, repr=False, kw_only=True)
class EnterpriseCalls:
    """Run by a timer; one instance at a time."""

    enreach: Enreach
    store: CallStore
    bus: Bus
    marks: Table
    leases: Leases
    owner: str
    clock: Clock

    async def mark(self) -> Mark:
        row = await self.marks.get("calls", "watermark")
        values = row.values if row else {}
        begun, synced, repaired = (values.get(name) for name in ("begun_at", "synced_at", "repaired_at"))
        return Mark(begun, synced, repaired, *(values.get(name, 0) for name in FIGURES))

    async def run(self) -> int | None:
        """Sends a message for each call whose rows changed since the last run; None while another instance is at it."""
        fence = await self.leases.acquire(LEASE, self.owner, LEASE_S)
        if fence is None:
            return None
        try:
            now, mark = self.clock(), await self.mark()
            if mark.begun_at is None:
                await self.note(begun_at=now)
            since = (mark.synced_at or now - FIRST) - OVERLAP
            sent = await self._send(since, now + AHEAD)
            await self.note(synced_at=now)
        finally:
            await self.leases.release(LEASE, self.owner, fence)
        return sent

    async def note(self, **noted: object) -> None:
        """What is not named stays as it is."""
        await self.marks.update("calls", "watermark", lambda values: {**(values or {}), **noted})

    async def is_to_be_reconciled(self, call_id: str, rows: Sequence[CallRow]) -> bool:
        """Whether the rows of a call have changed since they were taken into account."""
        if any(row.is_work for row in rows):
            return not is_done(await self.store.progress(call_id), changed_at(rows))
        record = await self.store.call(call_id)
        progress = record.progress
        if progress.has_activity or record.phones or record.events:
            return True
        is_new = progress.rows_at is None or progress.rows_at < changed_at(rows)
        return progress.may_have_activity and is_new

    async def _send(self, after: datetime, before: datetime) -> int:
        """Has calls reconciled whose rows changed; how many."""
        events, unreadable = [], 0
        async for page in pages(self.enreach.calls_modified, after, before):
            for call_id, rows in by_call(page.rows).items():
                if await self.is_to_be_reconciled(call_id, rows):
                    events.append(check_wanted(call_id, 0, self.clock(), f"rows-{to_iso(changed_at(rows))}"))
            unreadable += page.unreadable
        if events:
            await self.bus.send_all(QUEUE, events)
            log.info("calls found", extra={"count": len(events)})
        if unreadable:
            log.warning("rows of calls cannot be read", extra={"count": unreadable})
        return len(events)
