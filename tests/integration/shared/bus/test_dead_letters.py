from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from azure.servicebus.exceptions import MessageLockLostError

from shared.bus.bus import Bus
from shared.bus.dead_letters import PAGE, DeadLetters, Replay
from shared.bus.depths import QueueDepths
from shared.bus.events import CloudEvent
from shared.errors import InvalidInput
from tests.integration.shared.bus.conftest import Inbox, MakeEvent, QueueHost


@pytest.fixture
def dead_letters(bus: Bus) -> DeadLetters:
    return DeadLetters(bus, wait_s=0.5)


async def refuse(event: CloudEvent) -> None:
    raise InvalidInput("malformed-callback", f"{event.id} has no list")


async def fail(_event: CloudEvent) -> None:
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
    """It is listed under its first id with the reason of the error, replayed as new, and dies again under that."""
    await bus.send(queue, event())
    await host.run(refuse)
    (dead,) = await dead_letters.list_dead(queue, 10)
    assert (dead.message_id, dead.reason) == (event().id, "malformed-callback")
    assert (dead.description, dead.attempts) == (f"{event().id} has no list", 1)
    assert dead.enqueued_at.tzinfo is not None

    assert await dead_letters.replay(queue, [event().id]) == Replay(1)
    assert (await depths.of(queue)).dead_letter == 0
    await host.run(refuse)
    (again,) = await dead_letters.list_dead(queue, 10)
    assert again.message_id == f"{event().id}/r1"

    assert await dead_letters.replay(queue) == Replay(1)
    (message,) = await inbox.take(1)
    assert (message.message_id, message.application_properties) == (f"{event().id}/r2", None)
    assert CloudEvent.from_json(b"".join(message.body)) == event()


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
    assert await dead_letters.replay(queue, [event(count - 1).id]) == Replay(1)
    assert await inbox.events(1) == [event(count - 1)]
    assert (await depths.of(queue)).dead_letter == count - 1
    assert await dead_letters.replay(queue) == Replay(count - 1)
    await inbox.take(count - 1)


class LosesItsFirstLock:
    """The bus, whose dead-letter receiver finds the first lock gone when it completes."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.losses = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    @asynccontextmanager
    async def receiver(self, queue: str, **options: Any) -> AsyncIterator[Any]:
        async with self._bus.receiver(queue, **options) as receiver:
            complete = receiver.complete_message

            async def completing(message: Any) -> None:
                if self.losses:
                    self.losses -= 1
                    await receiver.abandon_message(message)
                    raise MessageLockLostError
                await complete(message)

            receiver.complete_message = completing
            yield receiver


async def test_a_replay_whose_lock_was_lost_is_sent_once_and_counted_once(
    bus: Bus, queue: str, host: QueueHost, inbox: Inbox, event: MakeEvent, depths: QueueDepths
) -> None:
    """The dead letter comes again and is completed then; its successor is not doubled."""
    await bus.send_all(queue, [event(number) for number in range(3)])
    await host.run(refuse)
    losing = DeadLetters(cast(Bus, LosesItsFirstLock(bus)), wait_s=0.5)
    assert await losing.replay(queue) == Replay(3, 0)
    assert (await depths.of(queue)).dead_letter == 0
    assert sorted(one.id for one in await inbox.events(3)) == sorted(event(number).id for number in range(3))
    assert (await depths.of(queue)).active == 0
