import pytest

from shared.bus.bus import Bus
from shared.bus.dead_letters import PAGE, DeadLetters
from shared.bus.depths import QueueDepths
from shared.bus.events import Event
from shared.errors import InvalidInput
from tests.integration.shared.bus.conftest import Inbox, MakeEvent, QueueHost


@pytest.fixture
def dead_letters(bus: Bus) -> DeadLetters:
    return DeadLetters(bus, wait_s=0.5)


async def refuse(event: Event) -> None:
    raise InvalidInput("malformed-callback", f"{event.id} has no list")


async def fail(_event: Event) -> None:
    raise KeyError("a fault of the program")


async def test_the_life_of_a_dead_letter(
    bus: Bus,
    queue: str,
    host: QueueHost,
    inbox: Inbox,
    event: MakeEvent,
    dead_letters: DeadLetters,
    depths: QueueDepths,
) -> None:
    """It is listed under its first id with the reason of the error, replayed as new, and dies anew under the replay."""
    await bus.send(queue, event())
    await host.run(refuse)
    (dead,) = await dead_letters.list_dead(queue, 10)
    assert (dead.message_id, dead.reason) == (event().id, "malformed-callback")
    assert (dead.description, dead.attempts) == (f"{event().id} has no list", 1)
    assert dead.enqueued_at.tzinfo is not None

    assert await dead_letters.replay(queue, [event().id]) == 1
    assert (await depths.of(queue)).dead_letter == 0
    await host.run(refuse)
    (again,) = await dead_letters.list_dead(queue, 10)
    assert again.message_id == f"{event().id}/r1"

    assert await dead_letters.replay(queue) == 1
    (message,) = await inbox.take(1)
    assert (message.message_id, message.application_properties) == (f"{event().id}/r2", None)
    assert Event.from_json(b"".join(message.body)) == event()


async def test_a_named_one_is_found_behind_many_others(
    bus: Bus,
    queue: str,
    host: QueueHost,
    inbox: Inbox,
    event: MakeEvent,
    dead_letters: DeadLetters,
    depths: QueueDepths,
) -> None:
    """However many lie before it, only the named dead letter is replayed; the others stay as they are."""
    count = PAGE + 5
    await bus.send_all(queue, [event(number) for number in range(count)])
    await host.run(fail)
    listed = await dead_letters.list_dead(queue, 1000)
    assert [one.message_id for one in listed] == [event(number).id for number in range(count)]
    assert {one.reason for one in listed} == {"MaxDeliveryCountExceeded"}
    assert len(await dead_letters.list_dead(queue, 3)) == 3
    assert await dead_letters.replay(queue, [event(count - 1).id]) == 1
    assert await inbox.events(1) == [event(count - 1)]
    assert (await depths.of(queue)).dead_letter == count - 1
    assert await dead_letters.replay(queue) == count - 1
    await inbox.take(count - 1)
