"""Delivers the events of one endpoint: at once, several at a time, again and again until it takes them.

While the endpoint does not answer, one delivery at a time is tried, with growing pauses; the first success makes all
that waited due at once.
"""

import asyncio
import heapq
import logging
import random
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, replace

from shared.clock import Clock
from shared.errors import VoiceError
from voicecloud.webhooks import rules
from voicecloud.webhooks.model import Delivery, DeliveryAttempt, Endpoint
from voicecloud.webhooks.sender import WebhookSender
from voicecloud.webhooks.store import DeliveryStore

AT_ONCE = 8
STORAGE_PAUSE_S = 1.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class Deliverer:
    """The queue of one endpoint. ``longest_pause_s`` bounds the back-off, after ``give_up_after_s`` it is given up."""

    endpoint: Endpoint
    _: KW_ONLY
    store: DeliveryStore
    sender: WebhookSender
    clock: Clock
    longest_pause_s: float
    give_up_after_s: float
    random_number: Callable[[], float] = random.random
    _due: list[tuple[float, str]] = field(default_factory=list, init=False)
    _waiting: dict[str, Delivery] = field(default_factory=dict, init=False)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _failures: int = field(default=0, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def pending(self) -> int:
        """Deliveries not made yet."""
        return len(self._waiting)

    @property
    def failing(self) -> bool:
        return self._failures > 0

    def add(self, delivery: Delivery) -> None:
        """Takes a delivery that is in the store already."""
        self._waiting[delivery.event.id] = delivery
        self._schedule(delivery, 0.0)

    async def run(self) -> None:
        """Until cancelled; what is under way then is tried again at the next start."""
        try:
            while True:
                self._changed.clear()
                self._start_due()
                await self._sleep()
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _start_due(self) -> None:
        limit = 1 if self.failing else AT_ONCE
        while self._due and self._due[0][0] <= self._now() and len(self._running) < limit:
            _, event_id = heapq.heappop(self._due)
            if event_id in self._waiting and event_id not in self._running:
                self._running[event_id] = asyncio.create_task(self._try(self._waiting[event_id]))

    def _ended(self, delivery: Delivery) -> None:
        del self._running[delivery.event.id]
        self._changed.set()

    async def _sleep(self) -> None:
        busy = len(self._running) >= (1 if self.failing else AT_ONCE)
        wait_s = None if busy or not self._due else max(0.0, self._due[0][0] - self._now())
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _try(self, delivery: Delivery) -> None:
        try:
            attempt = await self.sender.send(self.endpoint, delivery)
            await (self._succeeded(delivery, attempt) if attempt.delivered else self._failed(delivery, attempt))
        except VoiceError as error:
            log.warning("webhook delivery not noted", extra={"event_id": delivery.event.id, "error": str(error)})
            self._schedule(delivery, STORAGE_PAUSE_S)
        finally:
            self._ended(delivery)

    async def _succeeded(self, delivery: Delivery, attempt: DeliveryAttempt) -> None:
        await self.store.delivered(delivery, attempt)
        self._waiting.pop(delivery.event.id, None)
        if self.failing:
            self._failures = 0
            self._due = [(self._now(), event_id) for event_id in sorted(self._waiting)]

    async def _failed(self, delivery: Delivery, attempt: DeliveryAttempt) -> None:
        self._failures += 1
        tried = replace(delivery, attempts=attempt.number)
        extra = {"endpoint_id": self.endpoint.id, "event_id": delivery.event.id, "status": attempt.status}
        if rules.given_up(delivery.created_at, self.clock(), self.give_up_after_s):
            log.error("webhook given up", extra=extra)
            await self.store.delivered(tried, replace(attempt, given_up=True))
            self._waiting.pop(delivery.event.id, None)
            return
        log.warning("webhook not delivered", extra={**extra, "error": attempt.error, "attempt": attempt.number})
        await self.store.failed(tried, attempt)
        self._waiting[delivery.event.id] = tried
        self._schedule(tried, rules.pause_s(attempt.number, self.longest_pause_s, self.random_number()))
        self._hold_back(rules.pause_s(self._failures, self.longest_pause_s, self.random_number()))

    def _hold_back(self, pause_s: float) -> None:
        """An endpoint that does not answer is left in peace: nothing is due before the pause is over."""
        earliest = self._now() + pause_s
        self._due = [(max(at, earliest), event_id) for at, event_id in self._due]
        heapq.heapify(self._due)

    def _schedule(self, delivery: Delivery, pause_s: float) -> None:
        heapq.heappush(self._due, (self._now() + pause_s, delivery.event.id))
        self._changed.set()

    def _now(self) -> float:
        return self.clock().timestamp()
