import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from shared.bus import bus as module
from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.errors import Unavailable
from tests.fixtures.servicebus import BrokerProcess

QUEUE = "callbacks"


def event(number: int) -> CloudEvent:
    return CloudEvent(f"event-{number}", "voice.test", "tests", "", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def broker(make_broker: Callable[..., BrokerProcess]) -> BrokerProcess:
    return make_broker()


@pytest.fixture
async def bus(broker: BrokerProcess) -> AsyncIterator[Bus]:
    opened = Bus.from_settings({"SERVICEBUS_CONNECTION": broker.connection_string})
    await opened.send(QUEUE, event(0))
    yield opened
    await opened.close()


async def test_a_sender_outlives_a_killed_broker(bus: Bus, broker: BrokerProcess) -> None:
    """While the broker is away each send says so; once it is back the next send goes through."""
    broker.kill()
    for number in (1, 2):
        with pytest.raises(Unavailable, match="bus-unavailable"):
            await bus.send(QUEUE, event(number))
    broker.start()
    await bus.send(QUEUE, event(3))
    assert broker.counts(QUEUE)["active"] == 2


async def test_a_cut_connection_is_mended_unseen(bus: Bus, broker: BrokerProcess) -> None:
    """A link that the broker drops, as Azure does with idle ones, costs time and no error."""
    broker.fault("drop-connections")
    await bus.send(QUEUE, event(1))
    assert broker.counts(QUEUE)["active"] == 2


async def test_a_lost_acknowledgement_leaves_one_message(bus: Bus, broker: BrokerProcess) -> None:
    """Whether a send repeats itself or its caller repeats it, the message is in the queue once."""
    broker.fault("lose-acks", sends=1)
    try:
        await bus.send(QUEUE, event(1))
    except Unavailable:
        await bus.send(QUEUE, event(1))
    assert broker.counts(QUEUE)["active"] == 2


async def test_a_broker_that_never_answers_holds_nobody_up_for_ever(
    bus: Bus, broker: BrokerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A send without an answer ends in Unavailable when its time is up, for those waiting behind it too."""
    monkeypatch.setattr(module, "SEND_TIME_OUT_S", 1.0)
    broker.fault("delay", send_ms=60_000)
    sends = (bus.send(QUEUE, event(number)) for number in (1, 2))
    async with asyncio.timeout(15):
        ends = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(end) for end in ends] == [Unavailable, Unavailable]
    broker.fault("reset")
    await bus.send(QUEUE, event(3))
