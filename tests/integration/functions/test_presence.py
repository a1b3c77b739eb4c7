"""One status everywhere, with the real neighbours on both sides (B, E)."""

import asyncio
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from local.dynamics import AWAY
from shared.clock import utc_now
from shared.dataverse.model import Change
from shared.presence.messages import reconcile_wanted
from shared.presence.model import QUEUE
from shared.settings.model import SettingKind
from tests.fixtures.calls import MATTI_NUMBER
from tests.fixtures.functions_host import ChildHost
from tests.fixtures.presence import DAVID_D365, DAVID_NUMBER, FAR, FOCUS, FREE, GONE, QUIET, TAKEN, Statuses
from tests.fixtures.processes import ROOT
from tests.fixtures.world import eventually

PAUSE_S = 2
"""What a throttled environment asks for."""


async def ring(statuses: Statuses, **how: object) -> str:
    """A customer calls David; gives the call's id."""
    world = statuses.world
    body = {"Number": DAVID_NUMBER, "From": MATTI_NUMBER, **how}
    answer = await world.http.post(f"{world.neighbours.voicecloud_url}/control/api/calls", json=body)
    return str(answer.raise_for_status().json()["CallId"])


async def hang_up(statuses: Statuses, call_id: str) -> None:
    url = f"{statuses.world.neighbours.voicecloud_url}/control/api/calls/{call_id}/hangup"
    (await statuses.world.http.post(url, json={})).raise_for_status()


@pytest.mark.parametrize(
    ("presence", "name"), [(TAKEN, "Busy"), (QUIET, "Do not disturb"), (FAR, "Away"), (GONE, "Off work")]
)
async def test_each_status_is_mirrored_both_ways_with_one_write_each(
    statuses: Statuses, presence: str, name: str
) -> None:
    """By name (E1), whichever side it is changed on, and the echo of a write makes no further one (E5)."""
    await statuses.set_dynamics(presence)
    await statuses.both_become(presence, name)
    await asyncio.sleep(1.5)
    await statuses.both_become(presence, name)
    assert len(await statuses.writes()) == 1
    await statuses.set_phone("Available")
    await statuses.both_become(FREE, "Available")
    await asyncio.sleep(1.5)
    assert len(await statuses.writes()) == 2


async def test_a_custom_presence_counts_as_its_base_status(statuses: Statuses) -> None:
    """Focus time is busy at the voice cloud, and stays Focus time in Dynamics."""
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")


async def test_a_ring_sets_do_not_disturb_and_the_end_brings_focus_time_back(statuses: Statuses) -> None:
    """Omnichannel only: the phone's own availability does not change (E3, E4)."""
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")
    call_id = await ring(statuses, Answer="nobody")
    await statuses.both_become(QUIET, "Busy")
    await hang_up(statuses, call_id)
    await statuses.both_become(FOCUS, "Busy")


async def test_a_presence_that_was_deleted_during_the_call_leaves_nobody_in_do_not_disturb(statuses: Statuses) -> None:
    """The usual presence of its kind comes back in its place, and no fault stays."""
    dataverse, own = statuses.world.services.dataverse, str(uuid4())
    body = {"msdyn_name": "Training", "msdyn_presencestatustext": "Training", "msdyn_basepresencestatus": AWAY}
    await dataverse.transact([Change("PATCH", f"msdyn_presences({own})", body, if_none_match="*")])
    await statuses.set_dynamics(own)
    await statuses.both_become(own, "Away")
    call_id = await ring(statuses, Answer="nobody")
    await statuses.both_become(QUIET, "Away")
    await dataverse.delete(f"msdyn_presences({own})")
    await hang_up(statuses, call_id)
    await statuses.both_become(FAR, "Away")

    async def over() -> None:
        state = await statuses.state()
        assert (state.episode, state.pending, state.faults) == (None, (), ())

    await eventually(over)


async def test_what_a_person_sets_during_a_call_stays(statuses: Statuses) -> None:
    """It is mirrored at once, and the end of the call does not write over it."""
    call_id = await ring(statuses, Answer="nobody")
    await statuses.dynamics_becomes(QUIET)
    await asyncio.sleep(1.1)  # Dynamics keeps whole seconds
    await statuses.set_dynamics(FAR)
    await statuses.both_become(FAR, "Away")
    await hang_up(statuses, call_id)
    await asyncio.sleep(1.5)
    await statuses.both_become(FAR, "Away")


async def test_full_capacity_sets_the_phone_to_do_not_disturb(statuses: Statuses) -> None:
    """The system sets it, and sets it back (E2)."""
    url = f"{statuses.world.neighbours.dynamics_url}/stand-in/capacity"
    await statuses.world.http.post(url, json={"systemuserid": DAVID_D365, "exhausted": True})
    await statuses.both_become(QUIET, "Do not disturb")
    await asyncio.sleep(1.1)
    await statuses.world.http.post(url, json={"systemuserid": DAVID_D365, "exhausted": False})
    await statuses.both_become(FREE, "Available")


async def test_who_talks_without_a_phone_that_says_so_stays_in_call_until_the_end(statuses: Statuses) -> None:
    """The voice cloud is asked whenever the lease is over."""
    call_id = await ring(statuses, Answer="nobody")
    await statuses.dynamics_becomes(QUIET)
    await asyncio.sleep(3)
    await statuses.both_become(QUIET, "Available")
    await hang_up(statuses, call_id)
    await statuses.both_become(FREE, "Available")


async def test_a_refused_write_is_shown_and_tried_again(statuses: Statuses) -> None:
    """403: the health page and the agent's own state say so; when it is allowed again it is done by itself."""
    world = statuses.world
    url, right = f"{world.neighbours.dynamics_url}/stand-in/privileges", "prvWritemsdyn_agentstatus"
    await world.http.post(url, json={"systemuserid": DAVID_D365, "privilege": right, "granted": False})
    try:
        await statuses.set_phone("Busy")

        async def shown() -> None:
            faults = [(fault.code, fault.side) for fault in (await statuses.state()).faults]
            assert faults == [("dataverse-forbidden", "omnichannel")]

        await eventually(shown)
        checks = {check.name: check for check in (await world.services.health.report()).checks}
        assert checks["presence"].finding.state == "degraded"
        assert "dataverse-forbidden" in checks["presence"].finding.detail
    finally:
        await world.http.post(url, json={"systemuserid": DAVID_D365, "privilege": right, "granted": True})
    await statuses.both_become(TAKEN, "Busy")

    async def mended() -> None:
        assert (await statuses.state()).faults == ()

    await eventually(mended)


async def test_a_throttled_environment_is_waited_for_and_hinders_no_call(statuses: Statuses) -> None:
    """429: nobody asks again before the pause is over; meanwhile health says so and the call is answered and ended."""
    world = statuses.world
    throttled = {"match": "CCaaS_ModifyAgentPresence", "status": 429, "retry_after_s": PAUSE_S, "times": 1}
    (await world.http.post(f"{world.neighbours.dynamics_url}/stand-in/faults", json=throttled)).raise_for_status()
    asked_at = time.monotonic()
    call_id = await ring(statuses, Answer="usual", TalkS=60)

    async def shown() -> None:
        assert [fault.code for fault in (await statuses.state()).faults] == ["dataverse-throttled"]
        checks = {check.name: check for check in (await world.services.health.report()).checks}
        assert "dataverse-throttled" in checks["presence"].finding.detail

    await eventually(shown)
    await statuses.dynamics_becomes(QUIET)
    assert time.monotonic() - asked_at >= PAUSE_S
    assert len(await statuses.writes()) == 2
    await hang_up(statuses, call_id)
    await statuses.both_become(FREE, "Available")
    assert (await statuses.state()).faults == ()


async def test_what_no_webhook_reported_is_found_by_the_poll(statuses: Statuses) -> None:
    """The poll reconciles only agents whose sides differ."""
    world = statuses.world
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": False})
    await asyncio.sleep(2.2)
    await statuses.set_dynamics(TAKEN)
    await asyncio.sleep(1)
    assert await statuses.phone() == "Available"
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": True})
    await asyncio.sleep(2.2)

    async def polled() -> None:
        await world.services.presence.polling.run()
        assert await statuses.phone() == "Busy"

    await eventually(polled)


async def test_two_instances_make_one_write_a_change(statuses: Statuses, child_host: Callable[..., ChildHost]) -> None:
    """Both take messages of one queue at the same time; each change is written once, whoever comes first (E5)."""
    environ = {name: value for name, value in statuses.world.environ.items() if name != "APP"}
    await asyncio.to_thread(child_host(ROOT, environ).start)
    for presence_id, name in ((TAKEN, "Busy"), (FAR, "Away"), (FREE, "Available")) * 2:
        await statuses.world.forget_requests()
        await statuses.set_phone(name)
        wishes = [reconcile_wanted(DAVID_D365, f"test/{name}/{number}", utc_now()) for number in range(5)]
        await asyncio.gather(*(statuses.world.services.bus.send(QUEUE, wish) for wish in wishes))
        await statuses.both_become(presence_id, name)
        await asyncio.sleep(0.5)
        assert len(await statuses.writes()) == 1
