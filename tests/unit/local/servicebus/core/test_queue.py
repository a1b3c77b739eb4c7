"""A plain queue: order, locks, counting, schedule, expiry, duplicates."""

from uuid import uuid4

import pytest

from local.servicebus.core.errors import LockLost, MessageNotFound
from local.servicebus.core.model import MessageState
from local.servicebus.core.queue import Queue
from tests.unit.local.servicebus.core.queues import Receiver, World, content


def attach(queue: Queue, **options: int | bool) -> Receiver:
    receiver = Receiver(**options)  # type: ignore[arg-type]
    queue.attach(receiver)
    return receiver


def test_messages_go_out_in_the_order_they_came(world: World) -> None:
    """First in, first out, whether the receiver was there before or comes after."""
    queue = world.queue()
    queue.send(content("1"))
    receiver = attach(queue)
    queue.send(content("2"))
    assert receiver.payloads == [b"1", b"2"]


def test_nobody_gets_more_than_they_want(world: World) -> None:
    """Without credit messages stay; with new credit they come."""
    queue = world.queue()
    receiver = attach(queue, credit=1)
    queue.send(content("1"))
    queue.send(content("2"))
    assert receiver.payloads == [b"1"]
    receiver.credit = 1
    queue.pump(receiver)
    assert receiver.payloads == [b"1", b"2"]


def test_receivers_take_turns(world: World) -> None:
    """Two that both want messages get every other one."""
    queue = world.queue()
    first, second = attach(queue), attach(queue)
    for number in range(4):
        queue.send(content(str(number)))
    assert (first.payloads, second.payloads) == ([b"0", b"2"], [b"1", b"3"])


def test_a_token_settles_once(world: World) -> None:
    """After completion the lock is gone, and so is one that never was."""
    queue = world.queue()
    queue.send(content())
    receiver = attach(queue)
    queue.complete(receiver.tokens[0])
    for token in (receiver.tokens[0], uuid4()):
        with pytest.raises(LockLost):
            queue.complete(token)
    assert queue.counts().total == 0


def test_a_released_message_counts_no_failure(world: World) -> None:
    """Abandoning counts, releasing does not; both give the message back to the head of the queue."""
    queue = world.queue()
    receiver = attach(queue, credit=1)
    queue.send(content("1"))
    queue.send(content("2"))
    receiver.credit = 1
    queue.release(receiver.tokens[0])
    receiver.credit = 1
    queue.abandon(receiver.tokens[1])
    assert receiver.payloads == [b"1", b"1", b"1"]
    assert receiver.records[-1].delivery_count == 1


def test_a_lock_ends_after_its_time_and_not_before(world: World) -> None:
    """Renewal starts the time again."""
    queue = world.queue(lock_duration_ms=5_000)
    queue.send(content())
    receiver = attach(queue)
    world.let_pass(4_999)
    assert queue.renew(receiver.tokens[0]) == world.clock.now_ms() + 5_000
    world.let_pass(4_999)
    assert len(receiver.records) == 1
    world.let_pass(1)
    assert len(receiver.records) == 2
    assert receiver.records[1].delivery_count == 1


def test_the_last_failure_makes_a_message_dead(world: World) -> None:
    """Locks that expire count as failures like abandoning does; dead letters count their own deliveries for ever."""
    queue = world.queue(max_delivery_count=2, lock_duration_ms=5_000)
    queue.send(content())
    receiver = attach(queue)
    queue.abandon(receiver.tokens[0])
    world.let_pass(5_000)
    assert queue.counts().total == 0
    dead = attach(world.dead())
    assert dead.records[0].dead_letter is not None
    assert dead.records[0].dead_letter.reason == "MaxDeliveryCountExceeded"
    for _ in range(20):
        world.dead().abandon(dead.tokens[-1])
    assert world.dead().counts().active == 1


def test_a_dead_letter_can_be_dead_lettered_again(world: World) -> None:
    """In the dead-letter queue it stays, with the new reason."""
    queue = world.queue()
    queue.send(content())
    queue.dead_letter(attach(queue).tokens[0], "first", None)
    receiver = attach(world.dead())
    world.dead().dead_letter(receiver.tokens[0], "second", None)
    reasons = [record.dead_letter.reason for record in world.dead().peek(1, 10) if record.dead_letter]
    assert reasons == ["second"]


def test_a_deferred_message_stays_deferred_until_settled(world: World) -> None:
    """It is taken by number; abandoned, it is still deferred; locked, nobody else gets it."""
    queue = world.queue()
    number = queue.send(content())
    receiver = attach(queue)
    queue.defer(receiver.tokens[0])
    assert len(receiver.records) == 1
    (record,) = queue.receive_deferred([number], peek_lock=True)
    with pytest.raises(MessageNotFound):
        queue.receive_deferred([number], peek_lock=True)
    assert record.lock is not None
    queue.abandon(record.lock.token)
    assert (record.state, record.delivery_count) == (MessageState.DEFERRED, 1)
    (record,) = queue.receive_deferred([number], peek_lock=False)
    assert queue.counts().total == 0


def test_one_missing_number_takes_none(world: World) -> None:
    """Deferred messages and cancellations are all or nothing."""
    queue = world.queue()
    scheduled = queue.send(content(scheduled_ms=9_000))
    with pytest.raises(MessageNotFound):
        queue.cancel([scheduled, 77])
    with pytest.raises(MessageNotFound):
        queue.receive_deferred([scheduled], peek_lock=True)
    assert queue.counts().scheduled == 1


def test_a_scheduled_message_comes_with_a_new_number(world: World) -> None:
    """Its first number is kept as the enqueued one; its life starts when it arrives."""
    queue = world.queue(ttl_ms=1_000)
    number = queue.send(content(scheduled_ms=6_000))
    receiver = attach(queue)
    world.let_pass(4_999)
    assert receiver.records == []
    world.let_pass(1)
    (record,) = receiver.records
    assert (record.sequence, record.enqueue_sequence, record.enqueued_ms) == (number + 1, number, 6_000)
    assert record.expires_ms == 7_000


def test_the_shorter_life_counts(world: World) -> None:
    """The queue's limit caps the message's own."""
    queue = world.queue(ttl_ms=1_000, dead_letter_on_expiry=True)
    queue.send(content("own", ttl_ms=500))
    queue.send(content("capped", ttl_ms=5_000))
    world.let_pass(500)
    assert [record.content.payload for record in queue.peek(1, 10)] == [b"capped"]
    world.let_pass(500)
    assert [record.content.payload for record in world.dead().peek(1, 10)] == [b"own", b"capped"]


def test_a_locked_message_outlives_its_time(world: World) -> None:
    """It expires when its lock ends, not in the hands of a receiver."""
    queue = world.queue(lock_duration_ms=5_000)
    queue.send(content(ttl_ms=100))
    receiver = attach(queue)
    world.let_pass(200)
    assert queue.counts().active == 1
    queue.abandon(receiver.tokens[0])
    assert queue.counts().total == 0


def test_duplicates_are_remembered_for_the_window(world: World) -> None:
    """The window starts with the first of the id; messages without an id are never duplicates."""
    queue = world.queue(duplicate_window_ms=10_000)
    for message_id in ("a", "a", None, None, "b"):
        queue.send(content(message_id=message_id))
    assert queue.counts().active == 4
    world.let_pass(9_999)
    queue.send(content(message_id="a"))
    assert queue.counts().active == 4
    world.let_pass(1)
    queue.send(content(message_id="a"))
    assert queue.counts().active == 5


def test_receive_and_delete_leaves_nothing(world: World) -> None:
    """A consumer of that mode gets no lock."""
    queue = world.queue()
    queue.send(content())
    receiver = attach(queue, peek_lock=False)
    assert (receiver.tokens, queue.counts().total) == ([], 0)


def test_locks_of_one_consumer_can_be_dropped(world: World) -> None:
    """Only its own messages come back, each with a failed delivery."""
    queue = world.queue()
    gone, stays = attach(queue, credit=1), attach(queue, credit=1)
    queue.send(content("1"))
    queue.send(content("2"))
    queue.drop_locks(gone)
    queue.detach(gone)
    stays.credit = 5
    queue.pump(stays)
    assert stays.payloads == [b"2", b"1"]
    assert stays.records[-1].delivery_count == 1


def test_everything_is_there_after_a_restart(world: World) -> None:
    """States, counts, locks, numbers and the duplicate window come back from the store."""
    queue = world.queue(duplicate_window_ms=10_000, lock_duration_ms=5_000)
    receiver = attach(queue, credit=2)
    for payload in ("deferred", "locked", "active"):
        queue.send(content(payload, message_id=payload))
    last = queue.send(content("later", message_id="later", scheduled_ms=60_000))
    queue.defer(receiver.tokens[0])
    after = world.restarted()
    queue = after.namespace.queue("q")
    counts = queue.counts()
    assert (counts.active, counts.deferred, counts.scheduled) == (2, 1, 1)
    queue.renew(receiver.tokens[1])
    assert queue.send(content("active again", message_id="active")) == last + 1
    again = attach(queue)
    assert again.payloads == [b"active"]
    queue.complete(again.tokens[0])
    after.let_pass(5_000)
    assert again.payloads == [b"active", b"locked"]
    assert again.records[-1].delivery_count == 1


def test_numbers_are_not_used_again_after_a_restart(world: World) -> None:
    """Even when every message is gone."""
    queue = world.queue()
    number = queue.send(content())
    queue.complete(attach(queue).tokens[0])
    assert world.restarted().namespace.queue("q").send(content()) == number + 1
