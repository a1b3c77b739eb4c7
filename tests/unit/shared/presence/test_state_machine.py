"""The whole service against two sides that fail in every way, cut off at any await (E1-E5).

``PRESENCE_STEPS`` sets how many random steps are taken, 10,000 by default.
"""

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from shared.presence import messages
from shared.presence.model import CallNews, CallStep, Purpose
from shared.presence.store import to_state
from shared.statuses import StatusKind
from tests.fixtures.presence_sides import AGENT, PRESENCES, Bench

STEPS = int(os.environ.get("PRESENCE_STEPS", "10000"))
STEPS_EACH = 50
FAULTS = ("refused", "throttled", "lost", "late")
CALLS = ("c1", "c2", "c3")


class Mirror(RuleBasedStateMachine):
    """Persons, the system, calls, notices that are lost, repeated and reordered, and processes that die."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.bench.come_to_rest()
        self.sequence = 0

    @rule(presence=st.sampled_from(PRESENCES))
    def a_person_sets_omnichannel(self, presence: Any) -> None:
        if presence != self.bench.omnichannel.now.value:
            self.bench.person(self.bench.omnichannel, presence)

    @rule(kind=st.sampled_from(list(StatusKind)))
    def a_person_sets_the_phone(self, kind: StatusKind) -> None:
        self.bench.person(self.bench.phone, kind)

    @rule()
    def the_system_takes_over(self) -> None:
        dnd = next(one for one in PRESENCES if one.kind is StatusKind.DND)
        self.bench.person(self.bench.omnichannel, dnd, "SYSTEM")

    @rule(call=st.sampled_from(CALLS))
    def a_call_begins(self, call: str) -> None:
        self.bench.talking.add(call)
        self._tell(call, CallStep.STARTED)

    @rule(call=st.sampled_from(CALLS), is_told=st.booleans())
    def a_call_ends(self, call: str, is_told: bool) -> None:
        self.bench.talking.discard(call)
        if is_told:
            self._tell(call, CallStep.ENDED)

    @rule(call=st.sampled_from(CALLS), step=st.sampled_from([CallStep.GOES_ON, CallStep.ENDED]), counts=st.booleans())
    def the_phone_tells_of_a_call(self, call: str, step: CallStep, counts: bool) -> None:
        self.bench.call(CallNews(call, step, self.sequence if counts else 0, self.bench.now))

    def _tell(self, call: str, step: CallStep) -> None:
        self.sequence += 1
        self.bench.call(CallNews(call, step, self.sequence, self.bench.now))

    @precondition(lambda self: self.bench.notices)
    @rule(data=st.data(), again=st.booleans())
    def a_notice_arrives(self, data: st.DataObject, again: bool) -> None:
        notices = self.bench.notices
        index = data.draw(st.integers(0, len(notices) - 1))
        self.bench.start(notices[index] if again else notices.pop(index))

    @precondition(lambda self: self.bench.notices)
    @rule(data=st.data())
    def a_notice_is_lost(self, data: st.DataObject) -> None:
        self.bench.notices.pop(data.draw(st.integers(0, len(self.bench.notices) - 1)))

    @rule()
    def the_poll_reconciles(self) -> None:
        self.bench.start(messages.reconcile_wanted(AGENT.id, "poll", self.bench.now))

    @precondition(lambda self: self.bench.messages)
    @rule(data=st.data())
    def a_message_is_due(self, data: st.DataObject) -> None:
        messages = self.bench.messages
        self.bench.start(messages.pop(data.draw(st.integers(0, len(messages) - 1)))[1])

    @precondition(lambda self: self.bench.handlers)
    @rule(data=st.data(), steps=st.integers(1, 30))
    def a_process_goes_on(self, data: st.DataObject, steps: int) -> None:
        handler = self.bench.handlers[data.draw(st.integers(0, len(self.bench.handlers) - 1))]
        for _ in range(steps):
            if handler in self.bench.handlers:
                self.bench.step(handler)

    @precondition(lambda self: self.bench.handlers)
    @rule(data=st.data())
    def a_process_dies(self, data: st.DataObject) -> None:
        self.bench.crash(self.bench.handlers[data.draw(st.integers(0, len(self.bench.handlers) - 1))])

    @rule(fault=st.sampled_from(FAULTS), on_phone=st.booleans())
    def a_write_will_fail(self, fault: str, on_phone: bool) -> None:
        (self.bench.phone if on_phone else self.bench.omnichannel).faults.append(fault)

    @rule(on_phone=st.booleans(), is_away=st.booleans())
    def a_side_goes_away_or_comes_back(self, on_phone: bool, is_away: bool) -> None:
        (self.bench.phone if on_phone else self.bench.omnichannel).is_away = is_away

    @precondition(lambda self: self.bench.late)
    @rule()
    def a_write_comes_late(self) -> None:
        self.bench.land_late()

    @rule(length_s=st.sampled_from([0.1, 1.0, 10.0, 40.0]))
    def time_passes(self, length_s: float) -> None:
        self.bench.pass_time(length_s)

    def teardown(self) -> None:
        bench = self.bench
        bench.late.clear()
        before = len(bench.writes)
        bench.come_to_rest()
        check_rest(bench, before)


def check_rest(bench: Bench, before: int) -> None:
    state = to_state(bench.row) if bench.row else None
    assert state is not None
    assert (state.in_call, state.episode, state.pending) == (False, None, ())
    last = bench.omnichannel.now
    if bench.phone.now.value is not StatusKind.DND:
        assert f"/{Purpose.IN_CALL}/" not in last.by, "left in do-not-disturb after the last call"
    changes = [one for side in (bench.phone, bench.omnichannel) for one in side.history[1:]]
    if changes:
        assert last.value.kind is bench.phone.now.value
    tellings = Counter((side, cause) for side, cause, _ in bench.writes if not cause.endswith("/late"))
    assert max(tellings.values(), default=0) <= 1, tellings
    exchanges = [cause for _, cause, _ in bench.writes[before:] if f"/{Purpose.MIRROR}/" in cause]
    assert len(exchanges) <= 2
    people = [one for one in bench.omnichannel.history if one.by in {"AGENT", "SYSTEM"}]
    later_on_phone = any(one.by == "AGENT" and people and one.number > people[-1].number for one in bench.phone.history)
    if people and not later_on_phone and people[-1] not in bench.unseen:
        assert last.value == people[-1].value, "a person's choice was written over"


TestMirror = Mirror.TestCase
TestMirror.settings = settings(
    max_examples=max(1, STEPS // STEPS_EACH),
    stateful_step_count=STEPS_EACH,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
