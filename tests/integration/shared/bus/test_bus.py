import asyncio
from collections.abc import Callable, Mapping
from uuid import uuid4

import pytest

from shared.bus.bus import Bus
from shared.bus.depths import QueueDepth, QueueDepths
from shared.bus.events import CloudEvent
from shared.errors import InvalidInput, Misconfigured, Unavailable
from tests.integration.shared.bus.conftest import NOW, Inbox, MakeEvent, Moves

NOBODY = "Endpoint=sb://localhost:1;SharedAccessKeyName=k;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true;"


async def test_an_event_arrives_as_it_was_sent(bus: Bus, queue: str, inbox: Inbox, event: MakeEvent) -> None:
    """Envelope and payload survive the broker, and the message's id is the event's."""
    sent = event(name="Ää 漢", nested={"list": [1, None]})
    await bus.send(queue, sent, properties={"attempt": 2})
    (message,) = await inbox.take(1)
    assert CloudEvent.from_json(b"".join(message.body)) == sent
    assert (message.message_id, message.content_type) == (sent.id, "application/cloudevents+json")
    assert message.application_properties == {b"attempt": 2}


async def test_an_event_sent_twice_arrives_once(bus: Bus, queue: str, inbox: Inbox, event: MakeEvent) -> None:
    """The business key is the message id, so the broker drops the repetition."""
    await bus.send(queue, event())
    await bus.send(queue, event())
    assert await inbox.events(1) == [event()]


async def test_a_delayed_event_waits_in_the_broker(
    bus: Bus, queue: str, inbox: Inbox, event: MakeEvent, moves: Moves, depths: QueueDepths
) -> None:
    """A delay is a scheduled message: it is counted, and is delivered when its time has come."""
    await bus.send(queue, event(), delay_s=7200)
    waiting = await depths.of(queue)
    assert (waiting.active, waiting.scheduled) == (0, 1)
    moves.advance(7201)
    assert await inbox.events(1) == [event()]


async def test_many_events_need_few_transfers_and_keep_their_order(
    bus: Bus, queue: str, inbox: Inbox, event: MakeEvent
) -> None:
    """More than fits into one transfer is split, nothing is lost and nothing comes twice."""
    events = [event(number, filler="x" * 2000) for number in range(300)]
    await bus.send_all(queue, events)
    assert await inbox.events(300) == events
    await bus.send_all(queue, [])
    await inbox.take(0)


async def test_senders_at_once_share_a_link(bus: Bus, queue: str, inbox: Inbox, event: MakeEvent) -> None:
    """Fifty tasks may send to a queue at the same time."""
    events = [event(number) for number in range(50)]
    await asyncio.gather(*(bus.send(queue, one) for one in events))
    assert {one.id for one in await inbox.events(50)} == {one.id for one in events}


async def test_an_id_longer_than_the_service_takes_goes_by_its_hash(bus: Bus, queue: str, inbox: Inbox) -> None:
    """Two events with the same long id are still the same message; the event keeps its id."""
    long = CloudEvent(uuid4().hex * 10, "voice.test", "tests", "", NOW)
    await bus.send(queue, long)
    await bus.send(queue, long)
    assert await inbox.events(1) == [long]


@pytest.mark.parametrize("others", [0, 1])
async def test_an_event_that_is_too_large_is_the_senders_fault(
    bus: Bus, queue: str, inbox: Inbox, event: MakeEvent, others: int
) -> None:
    """Alone or among others, more than a message holds is refused for good; the link goes on."""
    events = [*(event(number) for number in range(others)), event(9, filler="x" * 2_000_000)]
    with pytest.raises(InvalidInput, match="message-too-large"):
        await bus.send_all(queue, events)
    await bus.send(queue, event(10))
    assert (await inbox.events(others + 1))[-1] == event(10)


async def test_a_queue_that_is_not_there_is_a_misconfiguration(bus: Bus, depths: QueueDepths, event: MakeEvent) -> None:
    """An administrator can create it; until then each sender is told its name."""
    with pytest.raises(Misconfigured, match=r"queue-missing: .*nowhere"):
        await bus.send("nowhere", event())
    with pytest.raises(Misconfigured, match=r"queue-missing: .*nowhere"):
        await depths.of("nowhere")


async def test_a_namespace_that_does_not_answer_is_unavailable(event: MakeEvent) -> None:
    """Nobody at the address: the sender hears so within seconds, and no secret is in the text."""
    away = Bus.from_settings({"SERVICEBUS_CONNECTION": NOBODY})
    with pytest.raises(Unavailable, match="bus-unavailable") as refused:
        await away.send("callbacks", event())
    assert "c2VjcmV0" not in str(refused.value)
    await away.close()


async def test_depths_that_cannot_be_asked_are_unavailable(depths: QueueDepths, queue: str) -> None:
    """An idle queue has no depth; a namespace that does not answer has no figures."""
    assert (await depths.of(queue)).active == QueueDepth(0, 0, 0).active
    away = QueueDepths.from_settings({"SERVICEBUS_CONNECTION": NOBODY})
    with pytest.raises(Unavailable, match="bus-unavailable"):
        await away.of("callbacks")
    await away.close()


@pytest.mark.parametrize("opening", [Bus.from_settings, QueueDepths.from_settings])
def test_a_missing_setting_is_named(opening: Callable[[Mapping[str, str]], object]) -> None:
    """Without a connection the app says which setting it wants."""
    with pytest.raises(Misconfigured, match=r"app-setting-missing: .*SERVICEBUS_CONNECTION"):
        opening({})
