"""The lease of an agent's primary phone, with phones stepped by hand: every await is a place to be cut off at (A4)."""

from collections.abc import Coroutine, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.errors import Conflict, Unavailable, VoiceError
from shared.phone.primary_session import LEASE_S, SessionLeases
from shared.storage.races import win
from shared.storage.tables import Deciding, Row, Table

AGENT = "a0000000-0000-4000-8000-000000000001"
TABS = st.sampled_from(["tab-one1", "tab-two2", "tab-three"])


class Point:
    """Where a coroutine stops until it is stepped."""

    def __await__(self) -> Generator["Point"]:
        yield self


@dataclass
class Request:
    """What one tab asks. ``found``: who had the lease when it read first."""

    kind: str
    tab: str
    take_over: bool
    work: Coroutine[Any, Any, Any]
    looked: bool = False
    found: str = ""


@dataclass
class Bench:
    """One row with an ETag; ``active`` is the request whose step it is; ``loses`` the answer of the next write."""

    now: datetime = datetime(2026, 11, 23, 8, tzinfo=UTC)
    row: Row | None = None
    active: Request | None = None
    loses: bool = False
    wrongs: list[str] = field(default_factory=list)

    async def get(self, _pk: str, _rk: str) -> Row | None:
        await Point()
        found = self.row
        if self.active and not self.active.looked:
            self.active.looked, self.active.found = True, self.holder
        await Point()
        return found

    async def update(self, pk: str, rk: str, change: Deciding, *, contended: Unavailable | None = None) -> Row | None:
        """As a table does it, by the loop that all tables have."""
        return await win(lambda: Table._changed(cast(Table, self), pk, rk, change), contended)

    async def insert(self, row: Row) -> Row:
        return await self._put(row, None)

    async def replace(self, row: Row) -> Row:
        return await self._put(row, row.etag)

    @property
    def holder(self) -> str:
        return str(self.row.values["session"]) if self.row else ""

    async def _put(self, row: Row, etag: str | None) -> Row:
        await Point()
        known = self.row.etag if self.row else None
        if known != etag:
            raise Conflict("row-changed", "the row was changed by someone else")
        self._judge(row)
        self.row = replace(row, etag=str(int(known or 0) + 1))
        await Point()
        if self.loses:
            self.loses = False
            raise Unavailable("storage-unavailable", "the answer was lost")
        return self.row

    def _judge(self, wanted: Row) -> None:
        """Who is alive is displaced only by the wish of one who has seen them there."""
        request = self.active
        assert request is not None
        alive = self.row is not None and self.row.values["until"] > self.now
        new = wanted.values["session"]
        if not alive or self.holder in {"", new}:
            return
        released = request.kind == "release" and request.tab == self.holder and new == ""
        wished = request.kind == "claim" and request.take_over and request.found == self.holder
        if not (released or wished):
            self.wrongs.append(f"{request.kind} of {request.tab} displaced {self.holder}")


class LeaseMachine(RuleBasedStateMachine):
    """Tabs claim, go on, give up, all at once; processes die, answers get lost, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.leases = SessionLeases(self.bench, lambda: self.bench.now)  # type: ignore[arg-type]
        self.requests: list[Request] = []

    @rule(tab=TABS, take_over=st.booleans())
    def claim(self, tab: str, take_over: bool) -> None:
        work = self.leases.claim(AGENT, tab, tab, take_over=take_over)
        self.requests.append(Request("claim", tab, take_over, work))

    @rule(first=TABS, second=TABS, looks=st.integers(1, 3))
    def race_to_take_over(self, first: str, second: str, looks: int) -> None:
        """Both read before either writes."""
        racing = [
            Request("claim", tab, True, self.leases.claim(AGENT, tab, tab, take_over=True)) for tab in (first, second)
        ]
        self.requests += racing
        for request in racing:
            for _ in range(looks):
                self._stepped(request)

    @rule(tab=TABS)
    def sign_of_life(self, tab: str) -> None:
        self.requests.append(Request("renew", tab, False, self.leases.renew(AGENT, tab)))

    @rule(tab=TABS)
    def give_up(self, tab: str) -> None:
        self.requests.append(Request("release", tab, False, self.leases.release(AGENT, tab)))

    @precondition(lambda self: self.requests)
    @rule(which=st.integers(0, 99), steps=st.integers(1, 12))
    def step(self, which: int, steps: int) -> None:
        request = self.requests[which % len(self.requests)]
        for _ in range(steps):
            if not self._stepped(request):
                return

    @precondition(lambda self: self.requests)
    @rule(which=st.integers(0, 99))
    def die(self, which: int) -> None:
        self.requests.pop(which % len(self.requests)).work.close()

    @rule()
    def lose_the_next_answer(self) -> None:
        self.bench.loses = True

    @rule(seconds=st.sampled_from([1.0, 9.0, LEASE_S, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.bench.now += timedelta(seconds=seconds)

    @invariant()
    def nobody_alive_was_displaced_unasked(self) -> None:
        assert self.bench.wrongs == []

    def teardown(self) -> None:
        """When all is still, who holds the row goes on and nobody else does; silence frees it for the next."""
        for request in self.requests:
            request.work.close()
        self.bench.loses = False
        for tab in ("tab-one1", "tab-two2", "tab-three"):
            assert self._settled("renew", tab) == (tab == self.bench.holder)
        self.bench.now += timedelta(seconds=LEASE_S)
        assert self._settled("claim", "tab-four4")
        assert self.bench.holder == "tab-four4"
        assert self.bench.wrongs == []

    def _settled(self, kind: str, tab: str) -> bool:
        """Runs one request to its end; whether it was granted."""
        claims = kind == "claim"
        work = self.leases.claim(AGENT, tab, tab, take_over=False) if claims else self.leases.renew(AGENT, tab)
        request = Request(kind, tab, False, work)
        self.bench.active = request
        try:
            while True:
                work.send(None)
        except StopIteration:
            return True
        except Conflict:
            return False

    def _stepped(self, request: Request) -> bool:
        self.bench.active = request
        try:
            request.work.send(None)
        except (StopIteration, VoiceError):
            self.requests.remove(request)
            return False
        return True


TestLease = LeaseMachine.TestCase
TestLease.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
