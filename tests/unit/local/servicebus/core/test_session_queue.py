"""A session queue: whole sessions are lent, in order, to one consumer each."""

import pytest

from local.servicebus.core.errors import LockLost, NotAllowed, SessionCannotBeLocked, SessionLockLost
from local.servicebus.core.lanes import SessionLane
from local.servicebus.core.session_queue import SessionQueue
from tests.unit.local.servicebus.core.queues import Receiver, World, content


@pytest.fixture
def queue(world: World) -> SessionQueue:
    made = world.queue(requires_session=True, lock_duration_ms=5_000)
    assert isinstance(made, SessionQueue)
    return made


def hold(queue: SessionQueue, session_id: str) -> Receiver:
    receiver = Receiver()
    queue.accept(receiver, session_id)
    queue.pump(receiver)
    return receiver


def test_a_holder_gets_its_session_in_order(queue: SessionQueue) -> None:
    """Messages of other sessions wait."""
    for number in range(3):
        queue.send(content(f"a{number}", session_id="a"))
        queue.send(content(f"b{number}", session_id="b"))
    receiver = hold(queue, "a")
    assert receiver.payloads == [b"a0", b"a1", b"a2"]
    queue.send(content("a3", session_id="a"))
    assert receiver.payloads[-1] == b"a3"


def test_a_message_needs_a_session(queue: SessionQueue) -> None:
    """Both ways: no message without a session, no receiver without one."""
    with pytest.raises(NotAllowed):
        queue.send(content())
    with pytest.raises(NotAllowed):
        queue.attach(Receiver())


def test_a_session_has_one_holder(queue: SessionQueue) -> None:
    """A second is refused until the first lets go; what the first held open comes back uncounted."""
    queue.send(content("x", session_id="s"))
    first = hold(queue, "s")
    with pytest.raises(SessionCannotBeLocked):
        queue.accept(Receiver(), "s")
    queue.detach(first)
    second = hold(queue, "s")
    assert second.records[0].delivery_count == 0
    with pytest.raises(LockLost):
        queue.complete(first.tokens[0])


def test_the_next_session_is_the_one_that_waits_longest(queue: SessionQueue) -> None:
    """Free sessions with messages are given out by their oldest message."""
    for session_id in ("b", "a", "c"):
        queue.send(content(session_id=session_id))
    hold(queue, "b")
    given: list[str | None] = []
    queue.accept_next(Receiver(), 1_000, lambda lane: given.append(lane.session_id if lane else None))
    assert given == ["a"]


def test_a_waiting_consumer_gets_the_first_session_that_turns_up(world: World, queue: SessionQueue) -> None:
    """By a new message or by a session let go; in vain when nothing happens in time."""
    given: list[SessionLane | None] = []
    queue.accept_next(Receiver(), 1_000, given.append)
    queue.send(content(session_id="new"))
    assert [lane.session_id for lane in given if lane] == ["new"]
    queue.send(content(session_id="held"))
    holder = hold(queue, "held")
    queue.accept_next(Receiver(), 1_000, given.append)
    queue.detach(holder)
    assert [lane.session_id for lane in given if lane] == ["new", "held"]
    queue.accept_next(Receiver(), 1_000, given.append)
    world.let_pass(1_000)
    assert given[-1] is None


def test_a_consumer_that_left_is_given_nothing(queue: SessionQueue) -> None:
    """A wait ends with the consumer."""
    given: list[SessionLane | None] = []
    waiting = Receiver()
    queue.accept_next(waiting, 1_000, given.append)
    queue.detach(waiting)
    queue.send(content(session_id="s"))
    assert given == []


def test_an_expired_session_notifies_its_holder(world: World, queue: SessionQueue) -> None:
    """Its open messages count one failure, and its state stays."""
    queue.send(content(session_id="s"))
    receiver = hold(queue, "s")
    queue.set_session_state("s", b"state")
    world.let_pass(4_000)
    until_ms = queue.renew_session("s")
    assert until_ms == world.clock.now_ms() + 5_000
    assert [record.lock.until_ms for record in receiver.records if record.lock] == [until_ms]
    world.let_pass(5_000)
    assert [type(reason) for reason in receiver.losses] == [SessionLockLost]
    with pytest.raises(SessionLockLost):
        queue.renew_session("s")
    again = hold(queue, "s")
    assert again.records[0].delivery_count == 1
    assert queue.session_state("s") == b"state"


def test_sessions_are_listed(queue: SessionQueue) -> None:
    """Those with messages or with state."""
    queue.send(content(session_id="with messages"))
    hold(queue, "with state")
    queue.set_session_state("with state", b"s")
    assert queue.session_ids() == ["with messages", "with state"]


def test_sessions_after_a_restart(world: World, queue: SessionQueue) -> None:
    """Nobody holds one; what was open counts one failure; state is there."""
    queue.send(content(session_id="s"))
    hold(queue, "s")
    queue.set_session_state("s", b"state")
    after = world.restarted().namespace.queue("q")
    assert isinstance(after, SessionQueue)
    receiver = hold(after, "s")
    assert receiver.records[0].delivery_count == 1
    assert after.session_state("s") == b"state"
