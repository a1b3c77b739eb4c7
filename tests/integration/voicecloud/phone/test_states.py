"""Whoever waits for the state of a phone has the latest one, whatever happens (C5)."""

import asyncio
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from shared.clock import utc_now
from tests.fixtures.voicecloud import ANNA, BJORN, CARLA, SALES_NUMBER, SUPPORT_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.waiting import eventually
from tests.fixtures.web_phones import new_call_id
from voicecloud.phone import states as phone_states
from voicecloud.phone.states import PhoneStates
from voicecloud.routing import events
from voicecloud.routing.events import Event
from voicecloud.routing.model import Target, TargetKind
from voicecloud.vocabulary.calls import Terminal

USERS = (ANNA, BJORN, CARLA)
STEPS = 250
MOST_CALLS = 4
TURNS = 6
"""Of the event loop: more than it takes to check, wake and read."""


class Reader:
    """Follows a phone as a stream does; ``seen`` are the states in their order."""

    def __init__(self, states: PhoneStates, user_id: str) -> None:
        self.user_id = user_id
        self._states = states
        self.seen: list[Any] = [states.state(user_id)]
        self.task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        while True:
            self.seen.append(await self._states.changed(self.user_id, self.seen[-1]["version"], 60))


def something(cloud: VoiceCloud, random: Random) -> Event:
    """A wish or fact about a leg or user, which may fit the moment or not."""
    platform = cloud.store.telephony.engine.platform
    legs = [leg for call in platform.live_calls() for leg in call.legs]
    numbers = [SALES_NUMBER, SUPPORT_NUMBER, *(cloud.store.directory.user(one).work_number for one in USERS)]
    if not legs or (platform.call_count < MOST_CALLS and random.random() < 0.4):
        if random.random() < 0.7:
            return events.CallArrived(new_call_id(), "+358401234567", random.choice(numbers))
        return events.DialOut(new_call_id(), random.choice(USERS), random.choice([*numbers, "+358501112222"]))
    leg = random.choice(legs).leg_id
    target = Target(TargetKind.USER, random.choice(USERS))
    choices: list[Event] = [
        *[events.Answer(leg)] * 4,
        events.Answer(leg, Terminal.MOBILE),
        events.FarAnswered(leg),
        events.Reject(leg),
        events.Hold(leg),
        events.Resume(leg),
        events.BlindTransfer(leg, target),
        *[events.Consult(leg, target)] * 2,
        events.CompleteConsult(leg),
        events.CancelConsult(leg),
        events.PartyLeft(leg),
    ]
    return random.choice(choices)


@pytest.mark.parametrize("seed", range(4))
async def test_every_change_reaches_who_waits_and_news_is_newer(
    run_voicecloud: RunVoiceCloud, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each of many random events the reader has what a single read shows, versions never repeat, and of two
    documents of a call the later one has the higher sequence and revision."""
    monkeypatch.setattr(phone_states, "SHOWN_AFTER_END_S", 3600)
    random, now = Random(seed), [utc_now()]
    async with run_voicecloud(clock=lambda: now[0]) as cloud:
        states = cloud.store.phones.states
        await only(cloud, *USERS)
        readers = [Reader(states, user_id) for user_id in USERS]
        for _ in range(STEPS):
            now[0] += timedelta(seconds=random.uniform(0, 2))
            happens(cloud, random)
            for _turn in range(TURNS):
                await asyncio.sleep(0)
            for reader in readers:
                await eventually(partial(has_the_latest, reader, states))
        for reader in readers:
            reader.task.cancel()
            check_order(reader.seen)


def has_the_latest(reader: Reader, states: PhoneStates) -> bool:
    """What the media process reports may come a moment later."""
    return bool(reader.seen[-1] == states.state(reader.user_id))


async def only(cloud: VoiceCloud, *user_ids: str) -> None:
    """These have web phones, and nobody else is rung: what is simulated would go on by itself."""
    for user_id in user_ids:
        cloud.store.telephony.engine.tell(events.TerminalChanged(user_id, Terminal.WEB, True))
    for user_id, user in cloud.store.directory.users.items():
        if user.is_person and user_id not in user_ids:
            await cloud.store.telephony.staff.set_accepting(user_id, False)


def happens(cloud: VoiceCloud, random: Random) -> None:
    telephony = cloud.store.telephony
    telephony.engine.report(something(cloud, random))
    legs = [leg for call in telephony.engine.platform.live_calls() for leg in call.legs]
    if legs and random.random() < 0.2:
        telephony.gateway.set_muted(random.choice(legs).leg_id, random.random() < 0.5)


def check_order(seen: list[Any]) -> None:
    versions = [state["version"] for state in seen]
    assert len(versions) == len(set(versions)) > STEPS / 10, "too little has happened"
    newest: dict[str, tuple[int, int]] = {}
    shown: dict[str, Any] = {}
    for state in seen:
        for call in state["calls"]:
            order = call["sequence"], call["revision"]
            assert order >= newest.get(call["callId"], (0, 0)), (shown[call["callId"]], call)
            newest[call["callId"]], shown[call["callId"]] = order, call


async def test_who_dials_in_vain_is_shown_why(run_voicecloud: RunVoiceCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The colleague talks already: the call is over as soon as it was dialled, and shown for a while."""
    monkeypatch.setattr(phone_states, "SHOWN_AFTER_END_S", 0.3)
    async with run_voicecloud() as cloud:
        engine, states = cloud.store.telephony.engine, cloud.store.phones.states
        await only(cloud, ANNA, BJORN)
        bjorn = cloud.store.directory.user(BJORN)
        engine.tell(events.CallArrived(new_call_id(), None, bjorn.work_number))
        engine.tell(events.Answer(states.state(BJORN)["calls"][0]["legId"]))
        waiting = asyncio.ensure_future(states.changed(ANNA, states.state(ANNA)["version"], 5))
        await asyncio.sleep(0)
        call_id = new_call_id()
        engine.tell(events.DialOut(call_id, ANNA, bjorn.work_number, Terminal.WEB))
        shown = await waiting
        [call] = shown["calls"]
        assert (call["callId"], call["state"], call["reason"]) == (call_id, "ended", "busy")
        assert (call["party"]["name"], call["party"]["number"]) == (bjorn.name, bjorn.work_number)
        assert (await states.changed(ANNA, shown["version"], 2))["calls"] == []


async def test_an_ended_call_is_shown_for_a_while(
    run_voicecloud: RunVoiceCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a call that comes back meanwhile is shown again for its own whole while, not forgotten with its first end."""
    monkeypatch.setattr(phone_states, "SHOWN_AFTER_END_S", 0.3)
    async with run_voicecloud() as cloud:
        engine, states = cloud.store.telephony.engine, cloud.store.phones.states
        await only(cloud, ANNA)
        states.state(ANNA)
        call_id = new_call_id()
        engine.tell(events.CallArrived(call_id, None, SALES_NUMBER))
        first = states.state(ANNA)["calls"][0]
        engine.tell(events.Reject(first["legId"]))
        over = states.state(ANNA)["calls"][0]
        assert (over["state"], over["reason"]) == ("ended", "GenericUserRejected")
        await asyncio.sleep(0.2)
        engine.tell(events.PartyLeft(f"{call_id}:1"))
        assert states.state(ANNA)["calls"][0]["state"] == "ended"
        version = states.state(ANNA)["version"]
        assert (await states.changed(ANNA, version, 2))["calls"] == []
