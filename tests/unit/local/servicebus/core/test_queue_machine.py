"""Any sequence of operations, restarts included, leaves a queue as its simple model says."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from local.servicebus.core.errors import LockLost
from tests.unit.local.servicebus.core.queues import Receiver, World, content

LOCK_MS = 5_000
MAX_DELIVERIES = 3


@dataclass
class Modelled:
    """What should be true of one message."""

    number: int
    place: str = "ready"
    failures: int = 0
    deferred: bool = False
    lock_until_ms: int = 0
    due_ms: int = 0


class QueueMachine(RuleBasedStateMachine):
    """Places are ready, locked, deferred, scheduled, dead and gone."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.queue = self.world.queue(lock_duration_ms=LOCK_MS, max_delivery_count=MAX_DELIVERIES)
        self.messages: dict[bytes, Modelled] = {}

    def at(self, place: str) -> list[tuple[bytes, Modelled]]:
        return [(name, message) for name, message in self.messages.items() if message.place == place]

    @rule()
    def send(self) -> None:
        name = f"{len(self.messages)}"
        self.messages[name.encode()] = Modelled(self.queue.send(content(name)))

    @rule(delay_ms=st.integers(1, 3 * LOCK_MS))
    def schedule(self, delay_ms: int) -> None:
        name, due_ms = f"{len(self.messages)}", self.world.clock.now_ms() + delay_ms
        number = self.queue.send(content(name, scheduled_ms=due_ms))
        self.messages[name.encode()] = Modelled(number, "scheduled", due_ms=due_ms)

    @precondition(lambda self: self.at("scheduled"))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        _, message = data.draw(st.sampled_from(self.at("scheduled")))
        self.queue.cancel([message.number])
        message.place = "gone"

    @precondition(lambda self: self.at("ready"))
    @rule(target=held)
    def receive(self) -> tuple[bytes, UUID]:
        receiver = Receiver(credit=1)
        self.queue.attach(receiver)
        self.queue.detach(receiver)
        (record,) = receiver.records
        name, message = min(self.at("ready"), key=lambda entry: entry[1].number)
        assert record.content.payload == name, "not the first in order"
        assert record.delivery_count == message.failures
        message.place, message.lock_until_ms = "locked", self.world.clock.now_ms() + LOCK_MS
        return name, receiver.tokens[0]

    @precondition(lambda self: self.at("deferred"))
    @rule(target=held, data=st.data())
    def receive_deferred(self, data: st.DataObject) -> tuple[bytes, UUID]:
        name, message = data.draw(st.sampled_from(self.at("deferred")))
        (record,) = self.queue.receive_deferred([message.number], peek_lock=True)
        assert record.lock is not None
        message.place, message.lock_until_ms = "locked", self.world.clock.now_ms() + LOCK_MS
        return name, record.lock.token

    @rule(lock=consumes(held), how=st.sampled_from(["complete", "abandon", "release", "defer", "bury", "expire"]))
    def settle(self, lock: tuple[bytes, UUID], how: str) -> None:
        name, token = lock
        message = self.messages[name]
        act = {
            "complete": self.queue.complete,
            "abandon": self.queue.abandon,
            "release": self.queue.release,
            "defer": self.queue.defer,
            "bury": lambda token: self.queue.dead_letter(token, "r", "d"),
            "expire": self.queue.expire_lock,
        }[how]
        if message.place != "locked" or self.record_token(message) != token:
            with pytest.raises(LockLost):
                act(token)
            return
        act(token)
        if how in ("complete", "bury"):
            message.place = "gone" if how == "complete" else "dead"
            return
        message.deferred |= how == "defer"
        self.give_back(message, failed=how in ("abandon", "expire"))

    @rule(lock=held)
    def renew(self, lock: tuple[bytes, UUID]) -> None:
        name, token = lock
        message = self.messages[name]
        if message.place == "locked" and self.record_token(message) == token:
            message.lock_until_ms = self.queue.renew(token)

    @rule(milliseconds=st.integers(1, 2 * LOCK_MS))
    def let_pass(self, milliseconds: int) -> None:
        self.world.let_pass(milliseconds)
        now_ms = self.world.clock.now_ms()
        for name, message in self.at("scheduled"):
            if message.due_ms <= now_ms:
                message.place = "ready"
                message.number = self.number_of(name)
        for _, message in self.at("locked"):
            if message.lock_until_ms <= now_ms:
                self.give_back(message, failed=True)

    @rule()
    def restart(self) -> None:
        self.world = self.world.restarted()
        self.queue = self.world.namespace.queue("q")

    @invariant()
    def counts_agree(self) -> None:
        counts = self.world.namespace.counts("q")
        locked_deferred = sum(message.deferred for _, message in self.at("locked"))
        assert counts.active == len(self.at("ready")) + len(self.at("locked")) - locked_deferred
        assert counts.scheduled == len(self.at("scheduled"))
        assert counts.deferred == len(self.at("deferred")) + locked_deferred
        assert counts.dead_letter == len(self.at("dead"))

    def give_back(self, message: Modelled, *, failed: bool) -> None:
        message.failures += failed
        if message.failures >= MAX_DELIVERIES:
            message.place = "dead"
        else:
            message.place = "deferred" if message.deferred else "ready"

    def number_of(self, name: bytes) -> int:
        (record,) = [record for record in self.queue.peek(1, 10_000) if record.content.payload == name]
        return record.sequence

    def record_token(self, message: Modelled) -> UUID | None:
        (record,) = self.queue.peek(message.number, 1)
        return record.lock.token if record.lock else None


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestQueueMachine.__doc__ = "Whatever is done to a queue, every message is in exactly the place the model says."
