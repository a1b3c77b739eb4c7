"""Keeps the records of calls: what is in progress as it grows, what is over for good, and gives rows out again."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import batched

from shared.clock import Clock, to_iso
from shared.errors import Conflict, InvalidInput, Missing, VoiceError
from voicecloud.records import rules
from voicecloud.records.audio import NoSound
from voicecloud.records.model import Privacy
from voicecloud.records.progress import AT_ONCE, CallsInProgress, Cut
from voicecloud.records.quality import with_quality
from voicecloud.records.recordings import Recordings
from voicecloud.records.rows import RowNames, StoredRow, rows_of, service_rows_of
from voicecloud.records.store import RecordStore
from voicecloud.records.taken import RecordingSource, Taken, TakenCall
from voicecloud.routing.effects import Effect, FinishCall, Note
from voicecloud.vocabulary.calls import CallEvent, CallHistory

RETRY_S = 1.0

Wanted = Callable[[StoredRow], bool]

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class CallRecords:
    """Performs ``Note`` and ``FinishCall``. ``live`` gives the history so far of a call in progress,
    ``live_ids`` the ids of all of them; ``ready`` is told when the rows of a call can be read, ``cut`` of a call that
    an earlier run has left, with its last events."""

    store: RecordStore
    recordings: Recordings
    recorder: RecordingSource
    in_progress: CallsInProgress
    live: Callable[[str], CallHistory | None]
    live_ids: Callable[[], Sequence[str]]
    ready: Callable[[str], None]
    cut: Callable[[CallHistory, Sequence[CallEvent]], None]
    names: RowNames
    delay_s: float
    clock: Clock
    _over: list[CallHistory] = field(default_factory=list, init=False)
    _taken: dict[str, TakenCall] = field(default_factory=dict, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _idle: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self._idle.set()

    def perform(self, effect: Effect) -> None:
        """Only notes what is to be written; ``run`` writes."""
        if isinstance(effect, Note):
            self.in_progress.grew(effect.event.call_id)
        elif isinstance(effect, FinishCall):
            self.in_progress.ended(effect.history)
            self._over.append(effect.history)
            self._idle.clear()
            self._changed.set()

    async def recover(self) -> int:
        """Ends the calls that an earlier run has left, each with its record, and changes of rows; gives the number of
        calls."""
        await self.store.settle()
        left = await self.in_progress.left_behind()
        for some in batched(left, AT_ONCE, strict=False):
            await asyncio.gather(*(self._recover(one) for one in some))
        return len(left)

    async def _recover(self, left: Cut) -> None:
        self._taken[left.whole.call_id] = TakenCall()
        await self._unless_impossible(left.whole.call_id, self._finish(left.whole))
        self.cut(left.whole, left.whole.events[left.known :])

    async def run(self) -> None:
        """Writes until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.in_progress.run())
            group.create_task(self.in_progress.show_life())
            group.create_task(self._finish_all())

    async def _finish_all(self) -> None:
        """While storage does not answer it tries again and keeps all in memory."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._write()
            except VoiceError as error:
                log.warning("call records not written yet", extra={"code": error.code, "waiting": len(self._over)})
                self._changed.set()
                await asyncio.sleep(RETRY_S)

    async def kept(self, call_id: str) -> None:
        """Returns when a call that has just begun is in storage, so that it is accounted for whatever happens now."""
        await self.in_progress.kept(call_id)

    async def flushed(self) -> None:
        """Returns when everything received so far is in storage."""
        await self._idle.wait()
        await self.in_progress.flushed()

    async def change_privacy(self, row: StoredRow, privacy: Privacy) -> StoredRow:
        """The row as it is then. Of several changes at once the last one stands.

        Raises Conflict ``privacy-too-late`` (H3), Missing ``call-unknown`` when the row is gone meanwhile.
        """

        def changed(present: StoredRow | None) -> StoredRow:
            now = self.clock()
            if present is None:
                raise Missing("call-unknown", "there is no such row of this call")
            if not rules.may_reclassify(Privacy(present.document["Privacy"]), present.started_at, now):
                raise Conflict("privacy-too-late", "Work and Private can be changed within 14 days")
            document = {**present.document, "Privacy": privacy.value, "ModifiedTime": to_iso(now)}
            return replace(present, document=document)

        return await self.store.change(row, changed)

    async def of_call(self, call_id: str) -> list[StoredRow]:
        """Rows of a call that show by now. An unknown call has none."""
        try:
            return self._showing(await self.store.of_call(call_id))
        except ValueError:
            return []

    async def started(self, start: datetime, end: datetime, wanted: Wanted, limit: int) -> list[StoredRow]:
        """The first rows that start in a window; of calls in progress, those of their visits to pools."""
        going_on = [row for row in self._going_on() if start <= row.started_at < end]
        found = await self._first(self.store.started(start, end), going_on, wanted, limit)
        return sorted(found, key=lambda row: row.started_at)[:limit]

    async def modified(self, after: datetime, before: datetime, wanted: Wanted, limit: int) -> list[StoredRow]:
        """The first rows last changed in a window, likewise."""
        going_on = [row for row in self._going_on() if after <= row.modified_at < before]
        found = await self._first(self.store.modified(after, before), going_on, wanted, limit)
        return sorted(found, key=lambda row: row.modified_at)[:limit]

    async def purge(self, older_than: timedelta) -> int:
        """Deletes days before the retention time, with their recordings; gives the number of days."""
        limit = (self.clock() - older_than).strftime("%Y%m%d")
        old = [day for day in await self.store.days() if day < limit]
        for day in old:
            for recording_id in await self.store.recordings_of_day(day):
                await self.recordings.forget(recording_id)
            await self.store.forget_day(day)
        return len(old)

    async def _write(self) -> None:
        while self._over:
            await self._unless_impossible(self._over[0].call_id, self._finish(self._over[0]))
            self._over.pop(0)
        self._idle.set()

    async def _unless_impossible(self, call_id: str, writing: Awaitable[None]) -> None:
        """What storage will never take must not keep the records of all other calls waiting."""
        try:
            await writing
        except InvalidInput:
            self._taken.pop(call_id, None)
            log.exception("a call record cannot be stored", extra={"call_id": call_id})

    async def _finish(self, history: CallHistory) -> None:
        """Recordings first. They are taken off the recorder once, and stay here until all is stored."""
        call_id = history.call_id
        if call_id not in self._taken:
            self._taken[call_id] = await self.recorder.take(call_id)
        taken = self._taken[call_id]
        history = await self._with_recordings(history, taken.recordings)
        if taken.is_lost:
            history = rules.interrupted(history, rules.last_moment(history))
        rows = rows_of(history, self.names, self.delay_s, self.clock())
        await self.store.finish(history, with_quality(rows, taken.qualities))
        await self.in_progress.forget(call_id)
        for one in taken.recordings:
            one.done()
        del self._taken[call_id]
        asyncio.get_running_loop().call_later(self.delay_s, self.ready, call_id)

    async def _with_recordings(self, history: CallHistory, taken: Sequence[Taken]) -> CallHistory:
        """The history of the call once they are kept."""
        for one in taken:
            recording = one.recording
            try:
                await self.recordings.keep(one)
            except NoSound:
                log.exception("a call has no recording", extra={"call_id": history.call_id})
                continue
            history = rules.with_recording(history, recording.id, recording.leg_id, rules.last_moment(history))
        if taken:
            await self.in_progress.recorded(history)
        return history

    def _going_on(self) -> list[StoredRow]:
        histories = (self.live(call_id) for call_id in self.live_ids())
        return [row for each in histories if each for row in service_rows_of(each, self.names, self.delay_s)]

    async def _first(
        self, stored: AsyncIterator[StoredRow], going_on: Sequence[StoredRow], wanted: Wanted, limit: int
    ) -> list[StoredRow]:
        """Stored rows come in order, so no more than ``limit`` of them are read. A call that ends meanwhile is in
        both; what is stored holds."""
        now = self.clock()
        found: dict[tuple[str, str], StoredRow] = {}
        async for row in stored:
            if row.modified_at <= now and wanted(row):
                found[row.call_id, row.key] = row
            if len(found) == limit:
                break
        others = {(row.call_id, row.key): row for row in going_on if row.modified_at <= now and wanted(row)}
        return list((others | found).values())

    def _showing(self, rows: Sequence[StoredRow]) -> list[StoredRow]:
        now = self.clock()
        return [row for row in rows if row.modified_at <= now]
