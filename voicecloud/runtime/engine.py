"""Owns the routing platform: gives it events one after another, keeps its timers, hands its effects to performers.

Everything here is synchronous within the event loop, so that two events never mix. Performers do what an effect says
without waiting; what takes time they put into tasks or queues of their own.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

from shared.clock import Clock
from shared.errors import VoiceError
from voicecloud.routing.effects import Effect, FinishCall
from voicecloud.routing.events import Event
from voicecloud.routing.model import Configuration
from voicecloud.routing.platform import Platform
from voicecloud.vocabulary.calls import CallHistory

Performer = Callable[[Effect], None]

log = logging.getLogger(__name__)


class Engine:
    """One organisation's telephony. Made and used within one event loop."""

    def __init__(
        self, configuration: Configuration, clock: Clock, normalised: Callable[[Event], Event] = lambda event: event
    ) -> None:
        """``normalised``: what is done to every event before routing sees it."""
        self._clock = clock
        self._normalised = normalised
        self._now = clock()
        self.platform = Platform(configuration, self._now)
        self._performers: list[Performer] = []
        self._effects: deque[Effect] = deque()
        self._performing = False
        self._timer: asyncio.TimerHandle | None = None
        self._delayed: set[asyncio.TimerHandle] = set()

    def attach(self, performer: Performer) -> None:
        """Effects reach performers in the order in which they were attached."""
        self._performers.append(performer)

    def now(self) -> datetime:
        """The time of day, which here never runs backwards."""
        self._now = max(self._now, self._clock())
        return self._now

    def tell(self, event: Event) -> None:
        """A command or fact. Raises the errors of the command; its effects have been performed on return.

        From within a performer the effects follow after those at hand.
        """
        try:
            self._take(self.platform.handle(self._normalised(event), self.now()))
        except VoiceError:
            self._take(self.platform.tick(self.now()))
            raise

    def report(self, event: Event) -> None:
        """A fact or a simulated wish: one that comes too late is only noted."""
        try:
            self.tell(event)
        except VoiceError as error:
            log.info("event came too late", extra={"event": type(event).__name__, "code": error.code})

    def history(self, call_id: str) -> CallHistory | None:
        """A call in progress, or one whose end is just being performed."""
        ending = (each.history for each in self._effects if isinstance(each, FinishCall))
        known = self.platform.history(call_id)
        return known or next((history for history in ending if history.call_id == call_id), None)

    def later(self, delay_s: float, event: Event) -> None:
        """Reports an event after a while, unless the engine is closed before."""

        def due() -> None:
            self._delayed.discard(handle)
            self.report(event)

        handle = asyncio.get_running_loop().call_later(delay_s, due)
        self._delayed.add(handle)

    def close(self) -> None:
        for handle in (*self._delayed, *([self._timer] if self._timer else [])):
            handle.cancel()
        self._delayed.clear()

    def _tick(self) -> None:
        self._take(self.platform.tick(self.now()))

    def _take(self, effects: Sequence[Effect]) -> None:
        self._effects.extend(effects)
        if self._performing:
            return
        self._performing = True
        try:
            while self._effects:
                self._perform(self._effects.popleft())
        finally:
            self._performing = False
            self._wind()

    def _perform(self, effect: Effect) -> None:
        """A performer that fails must not keep the others from their part of the call."""
        for performer in self._performers:
            try:
                performer(effect)
            except Exception:
                log.exception("an effect was not performed", extra={"effect": type(effect).__name__})

    def _wind(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.platform.next_due()
        if due is not None:
            delay_s = max(0.0, (due - self.now()).total_seconds())
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._tick)
