"""What the broker keeps: messages as they were given, their record in a queue, and a queue's settings."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol
from uuid import UUID

from local.servicebus.core.clock import BrokerClock
from local.servicebus.core.errors import BrokerError
from local.servicebus.core.timers import Timer, Timers

MAX_DELIVERY_EXCEEDED = "MaxDeliveryCountExceeded"
EXPIRED = "TTLExpiredException"


class MessageState(IntEnum):
    """As clients read it in ``x-opt-message-state``."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(frozen=True, slots=True)
class Content:
    """A message as its sender gave it; ``payload`` is opaque here."""

    payload: bytes
    message_id: str | None = None
    session_id: str | None = None
    ttl_ms: int | None = None
    scheduled_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DeadLetterReason:
    """Why a message was dead-lettered; either text may be missing when a client gave none."""

    reason: str | None
    description: str | None


@dataclass(slots=True, eq=False)
class Lock:
    """A peek lock. ``consumer`` is None when it was taken over a management link or before a restart."""

    token: UUID
    until_ms: int
    consumer: "Consumer | None" = None
    timer: Timer | None = None


@dataclass(slots=True, eq=False)
class Record:
    """A message in one queue."""

    content: Content
    sequence: int
    enqueued_ms: int
    enqueue_sequence: int
    state: MessageState = MessageState.ACTIVE
    expires_ms: int | None = None
    delivery_count: int = 0
    dead_letter: DeadLetterReason | None = None
    source: str | None = None
    lock: Lock | None = None
    timer: Timer | None = None

    def drop_timer(self) -> None:
        """Forgets expiry or activation."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Consumer(Protocol):
    """Somebody who receives: a link. ``peek_lock`` False means receive-and-delete."""

    peek_lock: bool

    def wants(self) -> bool:
        """Whether one more message may be given now."""

    def take(self, record: Record) -> None:
        """Gives a message, locked when ``peek_lock``."""

    def lost(self, reason: BrokerError) -> None:
        """Says that nothing more will come: the session's lock expired, or the entity is deleted."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """The rules of one queue or subscription; None means without limit or without the feature."""

    lock_duration_ms: int = 60_000
    max_delivery_count: int | None = 10
    ttl_ms: int | None = None
    dead_letter_on_expiry: bool = False
    duplicate_window_ms: int | None = None
    requires_session: bool = False
    forward_to: str | None = None
    forward_dead_letters_to: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of a queue by where they are; a locked one is active."""

    active: int
    dead_letter: int
    scheduled: int
    deferred: int

    @property
    def total(self) -> int:
        return self.active + self.dead_letter + self.scheduled + self.deferred


class Journal(Protocol):
    """Where changes are written down, to be made durable at the next commit."""

    def insert(self, path: str, record: Record) -> None: ...

    def update(self, path: str, record: Record) -> None: ...

    def delete(self, path: str, sequence: int) -> None: ...

    def next_sequence(self, path: str, sequence: int) -> None: ...

    def remember(self, path: str, message_id: str, until_ms: int) -> None: ...

    def forget(self, path: str, message_id: str) -> None: ...

    def session_state(self, path: str, session_id: str, state: bytes | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What all entities of a broker share."""

    clock: BrokerClock
    journal: Journal
    timers: Timers = field(default_factory=Timers)
