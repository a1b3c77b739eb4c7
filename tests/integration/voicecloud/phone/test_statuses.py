"""What an agent's status means to callers, and to the agent (B1-B3, B5)."""

import asyncio

import pytest

from shared.clock import utc_now
from tests.fixtures.voicecloud import ANNA, CUSTOMER, SALES, SALES_NUMBER, VoiceCloud
from tests.fixtures.web_agent import leg_of, until
from tests.fixtures.web_phones import STAYS, WebPhone, direct_call
from voicecloud.routing.model import Member

AVAILABLE, DND, OFF_WORK, LUNCH = 0, 3, 4, 7


async def set_status(cloud: VoiceCloud, event_type: int) -> None:
    (await cloud.client.post(f"/users/{ANNA}/availability", json={"EventTypeID": event_type})).raise_for_status()


async def alone_in_sales(cloud: VoiceCloud) -> None:
    """Nobody else takes pool calls; who calls waits for her."""
    await cloud.store.telephony.staff.set_queue(SALES, {"NoAgentsAction": None})
    for user_id, user in cloud.store.directory.users.items():
        if user_id != ANNA and user.is_person:
            await cloud.store.telephony.staff.set_accepting(user_id, False)


def rings(cloud: VoiceCloud, call_id: str) -> bool:
    return leg_of(cloud, call_id, ANNA, "ringing") is not None


def waits(cloud: VoiceCloud) -> int:
    """Callers in the queue of Sales."""
    return cloud.store.telephony.engine.platform.pool_figures(SALES, utc_now()).queue_length


@pytest.mark.parametrize("event_type", [DND, OFF_WORK, LUNCH])
async def test_who_is_not_to_be_disturbed_is_not_rung(voicecloud: VoiceCloud, anna: WebPhone, event_type: int) -> None:
    """Neither by a direct call, which ends, nor by a pool's, which waits for the agent; calling out is allowed."""
    await alone_in_sales(voicecloud)
    await set_status(voicecloud, event_type)
    direct = await direct_call(voicecloud, ANNA)
    pool_call = await voicecloud.call(SALES_NUMBER, STAYS)
    await until(lambda: waits(voicecloud) == 1)
    assert voicecloud.store.telephony.engine.platform.live_call(direct) is None
    own_call = await anna.dial(CUSTOMER)
    await until(lambda: leg_of(voicecloud, own_call, ANNA))
    await anna.do(own_call, "hangup")
    assert not rings(voicecloud, pool_call)
    await set_status(voicecloud, AVAILABLE)
    await until(lambda: rings(voicecloud, pool_call))


async def test_who_is_available_is_rung_directly_and_for_their_pools(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Direct calls and calls of the pools ring, one after the other (B2)."""
    await alone_in_sales(voicecloud)
    await set_status(voicecloud, AVAILABLE)
    for call in (direct_call(voicecloud, ANNA), voicecloud.call(SALES_NUMBER, STAYS)):
        call_id = await call
        await until(lambda call_id=call_id: rings(voicecloud, call_id))
        await anna.do(call_id, "decline")


async def test_who_is_inactive_in_a_pool_is_rung_directly_only(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Activated again, the agent gets the waiting caller at once (B5)."""
    await alone_in_sales(voicecloud)
    await voicecloud.store.telephony.staff.set_member(SALES, Member(ANNA, active=False))
    pool_call = await voicecloud.call(SALES_NUMBER, STAYS)
    await until(lambda: waits(voicecloud) == 1)
    direct = await direct_call(voicecloud, ANNA)
    await until(lambda: rings(voicecloud, direct))
    await anna.do(direct, "decline")
    await voicecloud.store.telephony.staff.set_member(SALES, Member(ANNA))
    await until(lambda: rings(voicecloud, pool_call))


async def test_the_phone_learns_of_another_status_at_once(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Its state names the status, whoever set it."""
    version = (await anna.state())["version"]
    for event_type, profile in ((LUNCH, "Lunch"), (AVAILABLE, "Available")):
        waiting = asyncio.ensure_future(anna.state(Version=version, WaitS="10"))
        await set_status(voicecloud, event_type)
        async with asyncio.timeout(8):
            shown = await waiting
        assert shown["availability"]["profile"] == profile
        version = shown["version"]
