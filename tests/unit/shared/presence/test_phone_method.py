"""Where only the phone reaches Omnichannel: the same machine, its writes done by a phone that may be away."""

import os
from copy import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.presence import messages
from shared.presence.model import CallNews, CallStep, Side
from shared.presence.store import to_state
from shared.settings.presence import DEFAULT_PRESENCES, Method
from shared.statuses import StatusKind
from tests.fixtures.presence_sides import AGENT, FOCUS, PRESENCES, SETTINGS, Bench

EXAMPLES = int(os.environ.get("PRESENCE_STEPS", "2000")) // 20
BY_PHONE = replace(SETTINGS, method=Method.PHONE)
ACTION = st.one_of(
    st.tuples(st.just("omnichannel"), st.sampled_from(PRESENCES)),
    st.tuples(st.just("phone"), st.sampled_from(list(StatusKind))),
    st.tuples(st.just("call"), st.sampled_from(["started", "ended"])),
    st.tuples(st.just("step"), st.integers(1, 30)),
    st.tuples(st.sampled_from(["report", "obey", "crash", "reconcile"]), st.none()),
    st.tuples(st.just("time"), st.sampled_from([0.1, 10.0, 40.0])),
)


class PhoneBench(Bench):
    """With a page that reports what Omnichannel shows and does what is wanted, when it comes to it."""

    async def _settings(self) -> Any:
        return BY_PHONE

    def report(self) -> None:
        now = self.omnichannel.now
        self.begin(self.service.note_report(AGENT, now.value, now.at, BY_PHONE))

    def obey(self) -> None:
        write = to_state(self.row).pending_on(Side.OMNICHANNEL) if self.row else None
        if write and write.presence:
            self.change(self.omnichannel, write.presence, write.cause)
            self.writes.append(("omnichannel", write.cause, write.presence))
        self.report()

    def go_on(self, kind: str, value: Any, number: int) -> None:
        if kind in {"reconcile", "report", "obey"}:
            {"reconcile": self.reconcile, "report": self.report, "obey": self.obey}[kind]()
        elif kind in {"omnichannel", "phone"}:
            side = self.omnichannel if kind == "omnichannel" else self.phone
            if side.now.value != value:
                self.change(side, value, "AGENT")
        elif kind == "call":
            news = CallNews("c1", CallStep(value), number, self.now)
            self.start(messages.call_told(AGENT.voice_id, news, self.now))
        else:
            self.let_time_go_by(kind, value)

    def reconcile(self) -> None:
        self.start(messages.reconcile_wanted(AGENT.id, "reconcile", self.now))

    def let_time_go_by(self, kind: str, value: Any) -> None:
        if kind == "time":
            self.pass_time(value)
        elif kind == "crash" and self.handlers:
            self.crash(self.handlers[-1])
        elif kind == "step":
            for _ in range(value):
                if self.handlers:
                    self.step(self.handlers[0])


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=st.lists(ACTION, max_size=40))
def test_both_sides_agree_when_the_phone_is_back(actions: list[tuple[str, Any]]) -> None:
    """Nobody stays in do-not-disturb, nothing is wanted any more, and the sides show the same kind."""
    bench = PhoneBench()
    bench.report()
    bench.come_to_rest()
    for number, (kind, value) in enumerate(actions):
        bench.go_on(kind, value, number + 1)
    bench.come_to_rest()
    for _ in range(4):
        bench.obey()
        bench.come_to_rest()
    state = to_state(bench.row) if bench.row else None
    assert state is not None
    assert (state.in_call, state.episode, state.pending) == (False, None, ())
    if len(bench.phone.history) + len(bench.omnichannel.history) > 2:
        assert bench.omnichannel.now.value.kind is bench.phone.now.value


def test_a_panel_that_was_closed_in_a_call_gives_the_status_back_when_it_opens_again() -> None:
    """Only a page of the agent's reaches Omnichannel: what is to come back waits until there is one."""
    bench = PhoneBench()
    bench.change(bench.omnichannel, FOCUS, "AGENT")
    bench.report()
    bench.come_to_rest()
    bench.go_on("call", "started", 1)
    bench.go_on("step", 30, 1)
    bench.obey()
    bench.go_on("step", 30, 1)
    assert bench.omnichannel.now.value.kind is StatusKind.DND
    bench.go_on("call", "ended", 2)
    bench.come_to_rest()
    bench.pass_time(3600.0)
    bench.come_to_rest()
    assert bench.omnichannel.now.value.kind is StatusKind.DND
    bench.obey()
    bench.come_to_rest()
    assert bench.omnichannel.now.value == FOCUS


def test_a_panel_that_was_asleep_through_a_call_does_not_leave_its_agent_in_do_not_disturb() -> None:
    """It does, just after the call, what it was asked for at its begin: that may be long ago."""
    bench = PhoneBench()
    bench.report()
    bench.come_to_rest()
    bench.go_on("call", "started", 1)
    bench.go_on("step", 30, 1)
    write = to_state(bench.row).pending_on(Side.OMNICHANNEL) if bench.row else None
    assert write is not None
    assert write.presence == DEFAULT_PRESENCES[StatusKind.DND]
    bench.now += timedelta(seconds=100)
    bench.go_on("call", "ended", 2)
    bench.go_on("step", 30, 1)
    bench.change(bench.omnichannel, write.presence, write.cause)
    bench.report()
    bench.come_to_rest()
    bench.obey()
    bench.come_to_rest()
    assert bench.omnichannel.now.value == PRESENCES[0]
    assert bench.phone.now.value is StatusKind.AVAILABLE
