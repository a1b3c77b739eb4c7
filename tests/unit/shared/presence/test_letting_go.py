"""Whose status is mirrored no longer: switched off, or no agent any more, while in a call."""

from collections.abc import Mapping
from copy import replace

import pytest

from shared.presence import messages
from shared.presence.model import CallNews, CallStep
from shared.presence.store import to_state
from shared.settings.presence import PresenceSettings
from shared.statuses import StatusKind
from shared.users.model import Agent
from tests.fixtures.presence_sides import AGENT, FOCUS, PRESENCES, SETTINGS, Bench

FREE = PRESENCES[0]


class Changing(Bench):
    is_enabled, is_agent = True, True

    async def _settings(self) -> PresenceSettings:
        return replace(SETTINGS, enabled=self.is_enabled)

    async def _agents(self) -> Mapping[str, Agent]:
        return {AGENT.id: AGENT} if self.is_agent else {}

    def in_call(self) -> None:
        """The agent's custom presence is known, and a call has set them to do-not-disturb."""
        self.change(self.omnichannel, FOCUS, "AGENT")
        self.work(messages.reconcile_wanted(AGENT.id, "first", self.now))
        self.work(messages.call_told(AGENT.voice_id, CallNews("c1", CallStep.STARTED, 1, self.now), self.now))
        assert self.omnichannel.now.value.kind is StatusKind.DND

    def work(self, event: messages.CloudEvent) -> None:
        self.start(event)
        while self.handlers:
            self.step(self.handlers[0])

    def all_messages(self) -> None:
        """Whatever was put off comes, the end of the lease too."""
        while self.messages:
            at, event = self.messages.pop(0)
            self.now = max(self.now, at)
            self.work(event)


@pytest.mark.parametrize("what", ["is_enabled", "is_agent"])
def test_nobody_is_left_in_do_not_disturb(what: str) -> None:
    """What the agent had before comes back when the call's lease ends, written once."""
    bench = Changing()
    bench.in_call()
    setattr(bench, what, False)
    bench.all_messages()
    assert bench.omnichannel.now.value == FOCUS
    assert [value for side, _, value in bench.writes if side == "omnichannel"].count(FOCUS) == 1
    assert bench.row
    assert to_state(bench.row).episode is None


@pytest.mark.parametrize("what", ["is_enabled", "is_agent"])
def test_what_a_person_has_set_meanwhile_stays(what: str) -> None:
    """It is not written over, and afterwards the agent is followed no more."""
    bench = Changing()
    bench.in_call()
    setattr(bench, what, False)
    bench.person(bench.omnichannel, FREE)
    bench.all_messages()
    assert bench.omnichannel.now.value == FREE
    bench.work(messages.reconcile_wanted(AGENT.id, "later", bench.now))
    bench.person(bench.phone, StatusKind.AWAY)
    for notice in bench.notices:
        bench.work(notice)
    assert bench.omnichannel.now.value == FREE


def test_the_phone_of_who_is_let_go_is_not_written() -> None:
    """What was still to be done there is dropped: nobody knows any more whose it is."""
    bench = Changing()
    bench.in_call()
    bench.is_agent = False
    bench.person(bench.omnichannel, FREE)
    before = len(bench.writes)
    bench.work(messages.reconcile_wanted(AGENT.id, "let go", bench.now))
    assert bench.writes[before:] == []
    assert bench.row
    assert to_state(bench.row).pending == ()


@pytest.mark.parametrize("is_crashed", [False, True])
def test_who_is_let_go_is_left_to_whoever_is_writing(is_crashed: bool) -> None:
    """What was before the call is set by them alone, or by the next message when their process has died."""
    bench = Changing()
    bench.in_call()
    bench.start(messages.call_told(AGENT.voice_id, CallNews("c1", CallStep.ENDED, 2, bench.now), bench.now))
    [first] = bench.handlers
    while not (bench.row and to_state(bench.row).pending):
        bench.step(first)
    if is_crashed:
        bench.crash(first)
    bench.is_agent = False
    bench.start(messages.reconcile_wanted(AGENT.id, "let go", bench.now))
    while len(bench.handlers) > (0 if is_crashed else 1):
        bench.step(bench.handlers[-1])
    assert bench.omnichannel.now.value.kind is StatusKind.DND
    while bench.handlers:
        bench.step(first)
    bench.all_messages()
    assert bench.omnichannel.now.value == FOCUS
    assert [value for side, _, value in bench.writes if side == "omnichannel"].count(FOCUS) == 1
    assert to_state(bench.row).pending == ()
