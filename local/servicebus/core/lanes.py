"""Lanes: messages of a queue that are ready, in order, and who takes them.

A plain queue has one lane with any number of consumers; a session queue has one per session with at most one, who
holds the session's lock.
"""

import heapq
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from local.servicebus.core.model import Consumer
from local.servicebus.core.timers import Timer


@dataclass(slots=True, eq=False)
class Lane:
    """Sequence numbers that are ready, smallest first; numbers of messages gone meanwhile may still be among them."""

    ready: list[int] = field(default_factory=list)
    consumers: deque[Consumer] = field(default_factory=deque)

    def push(self, sequence: int) -> None:
        heapq.heappush(self.ready, sequence)

    def pop(self) -> int:
        return heapq.heappop(self.ready)

    def next_consumer(self) -> Consumer | None:
        """The next in turn who wants a message."""
        for _ in range(len(self.consumers)):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if consumer.wants():
                return consumer
        return None

    def leave(self, consumer: Consumer) -> None:
        if consumer in self.consumers:
            self.consumers.remove(consumer)


@dataclass(slots=True, eq=False)
class SessionLane(Lane):
    """One session: its lock (held while ``holder`` is set), its state, and the locks of its messages."""

    session_id: str = ""
    state: bytes | None = None
    until_ms: int = 0
    timer: Timer | None = None
    tokens: set[UUID] = field(default_factory=set)

    @property
    def holder(self) -> Consumer | None:
        return self.consumers[0] if self.consumers else None

    def drop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
