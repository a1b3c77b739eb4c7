"""What nobody takes up is seen, by the voice cloud's own list, and taken up as soon as the settings allow it."""

from argparse import Namespace
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from shared.callbacks.model import CallbackOutcome
from shared.clock import utc_now
from shared.commands import topics
from shared.findings import Finding, HealthState
from shared.settings.model import SettingKind
from shared.webhooks.voicecloud import VoicecloudWebhooks
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, TOKEN, World

PROFILE = {"list_id": SALES_LIST, "queue_id": SALES_QUEUE}


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """The voice cloud has no open callback but those of the test."""
    await world.close_callbacks()
    yield world
    await world.close_callbacks()


async def webhook(world: World, callback_id: str) -> CallbackOutcome:
    """The message that a webhook sends, handled; what the receiver answers is another test."""
    event = {"EventType": "CallbackCreated", "EntityId": SALES_LIST, "CallbackId": callback_id}
    sent: list[Any] = []

    class Caught:
        async def send(self, _queue: str, event: Any, **_options: Any) -> None:
            sent.append(event)

    await VoicecloudWebhooks(bus=Caught(), token=TOKEN, clock=utc_now).receive(event)  # type: ignore[arg-type]
    return await world.services.callbacks.process(sent[0])


async def poll(world: World) -> int | None:
    """One run of the poll with fresh settings: how many messages it sent for the list, None when it was not due."""
    services = world.new_services()
    try:
        return (await services.callback_polling.run()).get(SALES_LIST)
    finally:
        await services.close()


async def health(world: World) -> Finding:
    report = await world.services.health.report()
    return next(one.finding for one in report.checks if one.name == "callbacks left alone")


async def listed(world: World) -> dict[str, str]:
    answer: Any = await topics.callbacks_left_alone(world.services, Namespace())
    return {one["callbackId"]: one["reason"] for one in answer["callbacks"]}


async def test_a_callback_of_a_list_without_a_profile_is_seen_and_then_taken_up(world: World) -> None:
    """It came by webhook and was refused; health counts it, the command names it, the next poll takes it."""
    await world.services.settings.remove(SettingKind.CALLBACK_PROFILE, SALES_LIST)
    callback_id = await world.leave_callback(world.new_number())
    assert await webhook(world, callback_id) is CallbackOutcome.NO_PROFILE
    found = await health(world)
    assert (found.state, found.figures["leftAlone"]) == (HealthState.DEGRADED, 1)
    assert f"settings put callback-profile {SALES_LIST}" in found.cure
    assert await listed(world) == {callback_id: CallbackOutcome.NO_PROFILE}
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "method": "webhook"})
    assert await poll(world) == 1
    assert await world.handle(callback_id) is CallbackOutcome.CREATED
    assert (await health(world)).state is HealthState.OK


async def test_a_list_that_is_switched_on_again_is_polled_at_once(world: World) -> None:
    """A list by webhook is otherwise read once an hour: what it left out meanwhile would wait so long."""
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "method": "webhook"})
    assert await poll(world) == 0
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "method": "webhook", "enabled": False})
    callback_id = await world.leave_callback(world.new_number())
    assert await webhook(world, callback_id) is CallbackOutcome.NO_PROFILE
    assert await poll(world) is None
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "method": "webhook"})
    assert await poll(world) == 1


async def test_a_callback_beyond_the_age_limit_is_seen_and_taken_up_when_the_limit_is_raised(world: World) -> None:
    """The next run of the poll has it, however long ago the list was polled."""
    young = {**PROFILE, "method": "webhook", "age_value": 0.05, "age_unit": "minutes"}
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, young)
    assert await poll(world) == 0
    callback_id = await world.leave_callback(world.new_number())
    services = world.new_services()
    services.clock = lambda: utc_now() + timedelta(minutes=5)
    assert await services.callbacks.process(world.event(callback_id)) is CallbackOutcome.TOO_OLD
    (left,) = (await services.left_callbacks.find()).callbacks
    assert (left.callback_id, left.reason) == (callback_id, CallbackOutcome.TOO_OLD)
    await services.close()
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**young, "age_unit": "days"})
    assert await poll(world) == 1


async def test_a_callback_that_waits_though_its_profile_takes_it_is_seen(world: World) -> None:
    """Whatever keeps it, a dead letter or a fault of ours: after an hour a person hears of it."""
    callback_id = await world.leave_callback(world.new_number())
    services = world.new_services()
    assert (await services.left_callbacks.find()).callbacks == []
    services = world.new_services()
    services.clock = lambda: utc_now() + timedelta(hours=2)
    (left,) = (await services.left_callbacks.find()).callbacks
    assert (left.callback_id, left.reason) == (callback_id, CallbackOutcome.OVERDUE)
    await services.close()


async def test_the_method_polling_ignores_webhooks(world: World) -> None:
    """Whoever chose it gets callbacks by the poll alone (F1)."""
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "method": "polling"})
    callback_id = await world.leave_callback(world.new_number())
    await webhook(world, callback_id)
    assert (await world.callback(callback_id))["State"] == "Open"
    assert await poll(world) == 1
    assert await world.handle(callback_id) is CallbackOutcome.CREATED


async def test_a_profile_written_a_moment_ago_counts_already(world: World) -> None:
    """A process that has read the settings before refuses by what holds now."""
    await world.services.settings.remove(SettingKind.CALLBACK_PROFILE, SALES_LIST)
    other = world.new_services()
    assert await other.settings.callback_profile(SALES_LIST) is None
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, PROFILE)
    callback_id = await world.leave_callback(world.new_number())
    assert await world.handle(callback_id, other) is CallbackOutcome.CREATED
    await other.close()
