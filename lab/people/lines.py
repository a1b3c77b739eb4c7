"""People outside who are real: each has a number, and a browser tab as telephone (docs/lab.md)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.errors import Conflict, Missing
from shared.numbers import line_of
from voicecloud.ids import Ids
from voicecloud.routing.effects import Bridge, CallNumber, Effect, Unbridge
from voicecloud.routing.events import CallArrived, FarAnswered, FarRefused, PartyLeft
from voicecloud.runtime.engine import Engine

AWAY_S = 5.0
"""How long a number stays when its last tab is gone: a tab that is reloaded comes back within."""


class LineState(StrEnum):
    CALLING = "calling"
    RINGING = "ringing"
    WAITING = "waiting"
    TALKING = "talking"


@dataclass(frozen=True)
class LineCall:
    """A call of a person outside. ``party``: whom they call, or who calls them; empty when withheld."""

    call_id: str
    leg_id: str
    party: str
    state: LineState


@dataclass(eq=False)
class Line:
    """``changed`` is a new event for each change, so that nobody who waits misses one."""

    number: str
    tabs: int = 0
    calls: dict[str, LineCall] = field(default_factory=dict)
    leaving: asyncio.TimerHandle | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Lines:
    """A trunk to whoever is reachable in a tab; also performs ``Bridge`` and ``Unbridge`` to know who talks."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids
        self._lines: dict[str, Line] = {}
        self._by_leg: dict[str, Line] = {}

    @asynccontextmanager
    async def open(self, number: str) -> AsyncIterator[Line]:
        """The number is reachable as long as a tab has it open, and a moment longer."""
        line = self._lines.setdefault(line_of(number), Line(number))
        line.tabs += 1
        if line.leaving:
            line.leaving.cancel()
            line.leaving = None
        try:
            yield line
        finally:
            line.tabs -= 1
            if line.tabs == 0:
                line.leaving = asyncio.get_running_loop().call_later(AWAY_S, self._gone, line)

    def dial(self, number: str, to: str) -> LineCall:
        """A person calls one of our numbers. Raises Missing ``line-unknown``, Conflict ``line-busy``."""
        line = self._line(number)
        if line.calls:
            raise Conflict("line-busy", "this number has a call already")
        call_id = self._ids.new()
        call = LineCall(call_id, f"{call_id}:1", to, LineState.CALLING)
        self._put(line, call)
        self._engine.tell(CallArrived(call_id, number, to))
        return call

    def answer(self, number: str, leg_id: str) -> None:
        """Raises Missing ``party-unknown``, Conflict ``not-ringing``."""
        call = self.find(number, leg_id)
        if call.state is not LineState.RINGING:
            raise Conflict("not-ringing", "this call does not ring")
        self._put(self._by_leg[leg_id], replace(call, state=LineState.WAITING))
        self._engine.tell(FarAnswered(leg_id))

    def hang_up(self, number: str, leg_id: str) -> None:
        """Declines a call that rings. Raises Missing ``party-unknown``."""
        is_ringing = self.find(number, leg_id).state is LineState.RINGING
        self._engine.tell(FarRefused(leg_id, "declined") if is_ringing else PartyLeft(leg_id))

    def find(self, number: str, leg_id: str) -> LineCall:
        """Raises Missing ``party-unknown``: a leg is known only together with its number."""
        line = self._lines.get(line_of(number))
        if line is None or leg_id not in line.calls:
            raise Missing("party-unknown", "this number has no such call")
        return line.calls[leg_id]

    def has(self, leg_id: str) -> bool:
        return leg_id in self._by_leg

    def reaches(self, number: str) -> bool:
        return line_of(number) in self._lines

    def call(self, wanted: CallNumber) -> None:
        line = self._lines[line_of(wanted.number)]
        if line.calls:
            self._engine.report(FarRefused(wanted.leg_id, "busy"))
            return
        party = wanted.caller_number or ""
        self._put(line, LineCall(wanted.call_id, wanted.leg_id, party, LineState.RINGING))

    def end(self, leg_id: str, reason: str) -> None:
        line = self._by_leg.pop(leg_id, None)
        if line:
            line.calls.pop(leg_id, None)
            line.tell()

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge):
            self._now(effect.leg_a, LineState.TALKING)
            self._now(effect.leg_b, LineState.TALKING)
        elif isinstance(effect, Unbridge):
            self._now(effect.leg_a, LineState.WAITING)
            self._now(effect.leg_b, LineState.WAITING)

    def close(self) -> None:
        for line in self._lines.values():
            if line.leaving:
                line.leaving.cancel()
            line.tell()

    def _gone(self, line: Line) -> None:
        self._lines.pop(line_of(line.number), None)
        for call in list(line.calls.values()):
            is_ringing = call.state is LineState.RINGING
            self._engine.report(FarRefused(call.leg_id, "failed") if is_ringing else PartyLeft(call.leg_id))

    def _line(self, number: str) -> Line:
        if line_of(number) not in self._lines:
            raise Missing("line-unknown", "nobody is reachable at this number")
        return self._lines[line_of(number)]

    def _now(self, leg_id: str, state: LineState) -> None:
        if line := self._by_leg.get(leg_id):
            self._put(line, replace(line.calls[leg_id], state=state))

    def _put(self, line: Line, call: LineCall) -> None:
        line.calls[call.leg_id] = call
        self._by_leg[call.leg_id] = line
        line.tell()
