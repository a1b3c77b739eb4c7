from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.bus.retry import PoisonMessage
from shared.errors import InvalidInput, Throttled, Unavailable
from tests.integration.shared.bus.conftest import MAX_DELIVERIES, SCHEDULE, MakeEvent, Moves, QueueHost


class Handler:
    """Raises what it is told to, then works; remembers what it saw."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.seen: list[CloudEvent] = []

    async def __call__(self, event: CloudEvent) -> None:
        self.seen.append(event)
        if self._errors:
            raise self._errors.pop(0)


def away() -> Unavailable:
    return Unavailable("dataverse-unavailable", "Dataverse does not answer")


async def test_a_message_that_is_handled_is_gone(bus: Bus, queue: str, host: QueueHost, event: MakeEvent) -> None:
    """One delivery, one run of the handler."""
    await bus.send(queue, event())
    handler = Handler()
    await host.run(handler)
    assert handler.seen == [event()]
    assert host.raised == []


async def test_a_failed_message_comes_again_after_each_pause(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent, moves: Moves
) -> None:
    """The same event returns by a scheduled message that counts the tries, and is not given back to the broker."""
    await bus.send(queue, event())
    handler = Handler(away(), away())
    for pause in (0.0, *SCHEDULE):
        moves.advance(pause * 1.3)
        (delivered,) = await host.run(handler)
    assert handler.seen == [event()] * 3
    assert (delivered.message_id, delivered.application_properties["attempt"]) == (f"{event().id}/t2", "2")
    assert host.raised == []


async def test_a_pause_that_was_asked_for_is_kept(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent, moves: Moves
) -> None:
    """After Retry-After of an hour nothing comes within that hour."""
    await bus.send(queue, event())
    handler = Handler(Throttled("dataverse-throttled", "later", 3600))
    await host.run(handler)
    moves.advance(3600)
    assert await host.run(handler) == []
    moves.advance(SCHEDULE[0] * 1.3)
    assert len(await host.run(handler)) == 1


async def test_a_schedule_that_cannot_be_read_does_not_use_up_deliveries(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent, moves: Moves
) -> None:
    """While the storage with the settings is away, a failed message is still sent again for later."""

    async def unreadable() -> tuple[float, ...]:
        raise Unavailable("storage-unavailable", "Table Storage does not answer")

    await bus.send(queue, event())
    handler = Handler(away())
    assert len(await host.run(handler, unreadable)) == 1
    moves.advance(5)
    assert len(await host.run(handler, unreadable)) == 1
    assert host.raised == []


async def test_a_schedule_that_was_never_read_ends_with_no_try(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent, moves: Moves
) -> None:
    """A process that starts while storage is away gives up no message, however often others have tried it before."""

    async def unreadable() -> tuple[float, ...]:
        raise Unavailable("storage-unavailable", "Table Storage does not answer")

    await bus.send(queue, event(), properties={"attempt": 20})
    handler = Handler(away())
    assert len(await host.run(handler, unreadable)) == 1
    moves.advance(40)
    assert len(await host.run(handler, unreadable)) == 1
    assert (len(handler.seen), host.raised) == (2, [])


async def test_poison_is_refused_until_the_broker_moves_it(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent
) -> None:
    """What no repetition mends is handled once; its poison is delivered as often as the queue allows, and raises."""
    await bus.send(queue, event())
    handler = Handler(InvalidInput("malformed-callback", "no id"))
    delivered = await host.run(handler)
    assert handler.seen == [event()]
    assert len(delivered) == 1 + MAX_DELIVERIES
    assert [type(error) for error in host.raised] == [PoisonMessage] * MAX_DELIVERIES
    assert str(host.raised[0]) == "malformed-callback: no id"


async def test_a_body_that_is_no_event_becomes_poison(bus: Bus, queue: str, host: QueueHost, event: MakeEvent) -> None:
    """Whatever somebody else puts into the queue reaches no handler."""
    await bus.send_body(queue, b"\xff not JSON", message_id=event().id, properties={})
    handler = Handler()
    delivered = await host.run(handler)
    assert handler.seen == []
    assert delivered[-1].body == b"\xff not JSON"
    assert delivered[-1].application_properties["poison"] == "malformed-event"


async def test_a_fault_of_the_program_is_left_to_the_delivery_count(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent
) -> None:
    """An error nobody raised on purpose is not dressed up: it is raised, and the message comes again at once."""
    await bus.send(queue, event())
    handler = Handler(KeyError("unexpected"))
    await host.run(handler)
    assert handler.seen == [event()] * 2
    assert [type(error) for error in host.raised] == [KeyError]


async def test_a_redelivered_message_leaves_one_follow_up(
    bus: Bus, queue: str, host: QueueHost, event: MakeEvent, moves: Moves
) -> None:
    """A crash between sending the retry and completing the message repeats the send: the broker drops it."""
    for delivery in ("first", "second"):
        properties = {"origin": event().id}
        await bus.send_body(queue, event().to_json(), message_id=f"{event().id}/{delivery}", properties=properties)
    assert len(await host.run(Handler(away(), away()))) == 2
    moves.advance(SCHEDULE[0] * 1.3)
    assert len(await host.run(Handler())) == 1
