"""Calls in progress, stored as they grow, so that a start after a crash accounts for each of them (K2, K10)."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched

from shared.clock import Clock
from shared.errors import InvalidInput, VoiceError
from voicecloud.records import rules
from voicecloud.records.store import RecordStore
from voicecloud.vocabulary.calls import CallHistory

RETRY_S = 1.0
SIGN_EVERY_S = 5.0
"""Between two signs of life: a call that was cut off is this much shorter in its record than it was, at most."""
AT_ONCE = 16
KEPT_WITHIN_S = 2.0

Live = Callable[[str], CallHistory | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cut:
    """A call that an earlier run has left: ``whole`` is its history with an end, ``known`` counts the events it had."""

    whole: CallHistory
    known: int


@dataclass(eq=False, repr=False, kw_only=True)
class CallsInProgress:
    """``live`` gives the history so far of a call in progress, ``live_ids`` the ids of all of them.

    A call is written when something happens in it, and with its end, before its recordings are made and its rows
    written: that takes time, in which the process may die. One row says when the process was last alive.
    """

    store: RecordStore
    live: Live
    live_ids: Callable[[], Sequence[str]]
    clock: Clock
    _growing: dict[str, CallHistory | None] = field(default_factory=dict, init=False)
    _writing: dict[str, CallHistory | None] = field(default_factory=dict, init=False)
    _kept: set[str] = field(default_factory=set, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _progress: asyncio.Condition = field(default_factory=asyncio.Condition, init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def grew(self, call_id: str) -> None:
        """Something has happened in it."""
        self._growing.setdefault(call_id, None)
        self._changed.set()

    def ended(self, history: CallHistory) -> None:
        """It is over: its record follows."""
        self._growing[history.call_id] = history
        self._changed.set()

    async def kept(self, call_id: str) -> None:
        """Returns when the call is in storage: from then on no crash loses it. Not waited for longer than 2 s."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KEPT_WITHIN_S), self._progress:
                await self._progress.wait_for(lambda: call_id in self._kept or call_id not in self._waiting)

    async def flushed(self) -> None:
        async with self._progress:
            await self._progress.wait_for(lambda: not self._waiting)

    async def recorded(self, history: CallHistory) -> None:
        """A call that is over has its recordings; its record follows."""
        async with self._turn:
            self._growing.pop(history.call_id, None)
            await self.store.keep_live(history)

    async def forget(self, call_id: str) -> None:
        """Its record is written for good."""
        async with self._turn:
            self._growing.pop(call_id, None)
            await self.store.forget_live(call_id)
        self._kept.discard(call_id)
        await self._tell()

    async def left_behind(self) -> list[Cut]:
        """Calls that an earlier run has left, each with its end: the last sign of life where it went on."""
        alive_at = await self.store.alive_at()
        found: list[Cut] = []
        for some in batched(await self.store.live(), AT_ONCE, strict=False):
            found += filter(None, await asyncio.gather(*(self._left_behind(one, alive_at) for one in some)))
        return found

    async def _left_behind(self, history: CallHistory, alive_at: datetime | None) -> Cut | None:
        """None: its record is written."""
        if await self.store.finished(history.call_id):
            await self.store.forget_live(history.call_id)
            return None
        at = self._last_moment(history, alive_at)
        return Cut(rules.interrupted(history, at), len(history.events))

    async def run(self) -> None:
        """Writes until cancelled. While storage does not answer it tries again."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                while self._growing:
                    await self._write()
            except VoiceError as error:
                log.warning(
                    "calls in progress not stored yet", extra={"code": error.code, "waiting": len(self._growing)}
                )
                self._changed.set()
                await asyncio.sleep(RETRY_S)

    async def show_life(self) -> None:
        """One write for all calls, every 5 s while there are any, until cancelled."""
        while True:
            await asyncio.sleep(SIGN_EVERY_S)
            if self.live_ids():
                try:
                    await self.store.show_life(self.clock())
                except VoiceError as error:
                    log.warning("no sign of life was stored", extra={"code": error.code})
                except Exception:
                    log.exception("no sign of life was stored")

    async def _write(self) -> None:
        """Some of the calls at a time; what happens in them meanwhile is written in the next turn.

        A call that cannot be written stops none of the others. Raises VoiceError once all are done with.
        """
        async with self._turn:
            self._writing = dict(list(self._growing.items())[:AT_ONCE])
            for call_id in self._writing:
                del self._growing[call_id]
            try:
                keeping = (self._keep(call_id, history) for call_id, history in self._writing.items())
                done = await asyncio.gather(*keeping, return_exceptions=True)
                errors = self._settled(dict(zip(self._writing, done, strict=True)))
            except asyncio.CancelledError:
                self._growing = self._writing | self._growing
                raise
            finally:
                self._writing = {}
        await self._tell()
        if errors:
            raise errors[0]

    def _settled(self, done: Mapping[str, BaseException | None]) -> Sequence[VoiceError]:
        """What storage has taken is kept; what it would not take now is written again, and why it would not is given.

        A fault of the program is logged; its call is written when the next thing happens in it.
        """
        self._kept.update(call_id for call_id, error in done.items() if error is None)
        for call_id, error in done.items():
            if error and not isinstance(error, VoiceError):
                log.error("a call in progress was not stored", exc_info=error, extra={"call_id": call_id})
        failed = {call_id: error for call_id, error in done.items() if isinstance(error, VoiceError)}
        self._growing = {call_id: self._writing[call_id] for call_id in failed} | self._growing
        return list(failed.values())

    @property
    def _waiting(self) -> Mapping[str, CallHistory | None]:
        """What is not in storage yet."""
        return self._writing | self._growing

    async def _keep(self, call_id: str, ended: CallHistory | None) -> None:
        """One that is over by now is written with its end, if it has not been."""
        if history := ended or self.live(call_id):
            try:
                await self.store.keep_live(history)
            except InvalidInput:
                log.exception("a call in progress cannot be stored", extra={"call_id": call_id})

    async def _tell(self) -> None:
        async with self._progress:
            self._progress.notify_all()

    def _last_moment(self, history: CallHistory, alive_at: datetime | None) -> datetime:
        known = rules.last_moment(history)
        return max(known, min(alive_at, self.clock())) if alive_at else known
