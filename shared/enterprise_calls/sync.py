"""Finds calls by the time their rows were changed and has each looked at that has not been (H1, H3, K10).

Nothing of a call that is not work goes anywhere, unless there is an activity of it to be taken back.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus.bus import Bus
from shared.bus.events import Event
from shared.calls.model import QUEUE
from shared.calls.service import changed_at, is_done
from shared.calls.store import CallStore
from shared.calls.telling import check_wanted
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
REPAIR_OVER = timedelta(hours=25)
STUCK_AFTER = timedelta(hours=4)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    """``synced_at``: all changes up to then were seen; ``begun_at``: when that was tried first.

    ``repaired``, ``stuck``, ``unreadable``: what the last repair found.
    """

    begun_at: datetime | None
    synced_at: datetime | None
    repaired_at: datetime | None
    repaired: int
    stuck: int
    unreadable: int


@dataclass(frozen=True)
class Found:
    """Looks that are wanted, and how many rows could not be read."""

    events: Sequence[Event]
    unreadable: int


class EnterpriseCalls:
    """Run by timers; one instance at a time."""

    def __init__(
        self, *, enreach: Enreach, store: CallStore, bus: Bus, marks: Table, leases: Leases, owner: str, clock: Clock
    ) -> None:
        self._enreach = enreach
        self._store = store
        self._bus = bus
        self._marks = marks
        self._leases = leases
        self._owner = owner
        self._clock = clock

    async def mark(self) -> Mark:
        row = await self._marks.get("calls", "watermark")
        values = row.values if row else {}
        begun, synced, repaired = (values.get(name) for name in ("begun_at", "synced_at", "repaired_at"))
        return Mark(begun, synced, repaired, *(values.get(name, 0) for name in ("repaired", "stuck", "unreadable")))

    async def run(self) -> int | None:
        """Sends a message for each call whose rows changed since the last run; None while another instance is at it."""
        fence = await self._leases.acquire(LEASE, self._owner, LEASE_S)
        if fence is None:
            return None
        try:
            now, mark = self._clock(), await self.mark()
            if mark.begun_at is None:
                await self._note(begun_at=now)
            since = (mark.synced_at or now - FIRST) - OVERLAP
            sent = len((await self._send(since, now + AHEAD)).events)
            await self._note(synced_at=now)
        finally:
            await self._leases.release(LEASE, self._owner, fence)
        return sent

    async def repair(self) -> dict[str, int]:
        """Has calls of the last day that were never logged looked at, and ends pool's calls that never ended (K10)."""
        now = self._clock()
        found = await self._send(now - REPAIR_OVER, now - OVERLAP)
        unlogged = len(found.events)
        stuck = [call_id for call_id, since in (await self._store.going_on()).items() if now - since > STUCK_AFTER]
        for call_id in stuck:
            await self._store.ended(call_id)
        await self._note(repaired_at=now, repaired=unlogged, stuck=len(stuck), unreadable=found.unreadable)
        if unlogged or stuck:
            log.warning("calls repaired", extra={"unlogged": unlogged, "stuck": len(stuck)})
        return {"unlogged": unlogged, "stuck": len(stuck)}

    async def unlogged(self) -> Sequence[str]:
        """The calls of the last day that the next repair would have looked at."""
        now = self._clock()
        return [event.subject for event in (await self._missing(now - REPAIR_OVER, now - OVERLAP)).events]

    async def _send(self, after: datetime, before: datetime) -> Found:
        found = await self._missing(after, before)
        if found.events:
            await self._bus.send_all(QUEUE, found.events)
            log.info("calls found", extra={"count": len(found.events)})
        if found.unreadable:
            log.warning("rows of calls cannot be read", extra={"count": found.unreadable})
        return found

    async def _missing(self, after: datetime, before: datetime) -> Found:
        events, unreadable = [], 0
        async for page in pages(self._enreach.calls_modified, after, before):
            for call_id, rows in by_call(page.rows).items():
                if await self._is_to_be_looked_at(call_id, rows):
                    events.append(check_wanted(call_id, 0, self._clock(), f"rows-{to_iso(changed_at(rows))}"))
            unreadable += page.unreadable
        return Found(events, unreadable)

    async def _is_to_be_looked_at(self, call_id: str, rows: Sequence[CallRow]) -> bool:
        if any(row.is_work for row in rows):
            return not is_done(await self._store.progress(call_id), changed_at(rows))
        record = await self._store.call(call_id)
        progress = record.progress
        if progress.has_activity or record.phones or record.events:
            return True
        is_new = progress.rows_at is None or progress.rows_at < changed_at(rows)
        return progress.may_have_activity and is_new

    async def _note(self, **noted: object) -> None:
        await self._marks.update("calls", "watermark", lambda values: {**(values or {}), **noted})
