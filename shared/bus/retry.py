"""Delays are messages (design.md rule 4): a message that failed is sent again for later, never slept on or thrown.

After the last try, or at once for an error that no repetition mends, it is sent as *poison*: with the reason in its
properties. The Functions host can only complete or abandon, so whoever receives poison raises, until the broker moves
it to the dead-letter queue (MaxDeliveryCount). There it can be read with its reason, and replayed.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.errors import Conflict, InvalidInput, Missing, Throttled, VoiceError

ATTEMPT = "attempt"
POISON = "poison"
POISON_DETAIL = "poison_detail"
ORIGIN = "origin"
"""The message id that the first message had; the clones' ids are made from it."""

JITTER = 0.2

UNREAD_SCHEDULE_S = (1.0, 5.0, 30.0)
"""Pauses for as long as the settings have never been read, the last one again and again: what failed may be the storage
they lie in, and nobody knows which try is the last."""

log = logging.getLogger(__name__)


class Received(Protocol):
    """What is needed of the host's Service Bus message."""

    @property
    def message_id(self) -> str: ...

    @property
    def application_properties(self) -> Mapping[str, object]: ...

    def get_body(self) -> bytes: ...


class PoisonMessage(Exception):
    """Raised again and again on purpose, until the broker moves the message to the dead-letter queue."""


@dataclass(frozen=True)
class RetryAt:
    """Try again after ``delay_s`` seconds."""

    delay_s: float


@dataclass(frozen=True)
class GiveUp:
    """No further try; ``code`` and ``detail`` say why and hold no personal data."""

    code: str
    detail: str


def is_worth_another_try(error: VoiceError) -> bool:
    """Besides what passes by itself: what changed or went away under a handler may be different next time."""
    return error.retryable or isinstance(error, Conflict | Missing)


def next_step(error: VoiceError, attempt: int, schedule_s: Sequence[float], jitter: float) -> RetryAt | GiveUp:
    """What follows the failed try number ``attempt`` (0 = the first). ``jitter`` within -1 … 1.

    A pause the other side asked for is never cut short. It costs a try like any other: nothing goes on for ever.
    """
    if not is_worth_another_try(error) or attempt >= len(schedule_s):
        return GiveUp(error.code, error.message)
    delay_s = schedule_s[attempt] * (1 + JITTER * jitter)
    if isinstance(error, Throttled):
        delay_s += error.retry_after_s
    return RetryAt(delay_s)


class Retries:
    """Runs the handlers of the queues."""

    def __init__(self, bus: Bus, schedule: Callable[[], Awaitable[Sequence[float]]]) -> None:
        self._bus = bus
        self._schedule = schedule
        self._last_schedule: Sequence[float] = ()

    async def handle(self, queue: str, message: Received, handler: Callable[[CloudEvent], Awaitable[object]]) -> None:
        """Lets ``handler`` work on a message; returns when it is done or safely sent again.

        Raises PoisonMessage for a message that is on its way to the dead-letter queue, and whatever the handler
        raises that is not one of our errors: a fault of the program, which the broker's own delivery count ends.
        """
        properties = message.application_properties
        if POISON in properties:
            raise PoisonMessage(f"{properties[POISON]}: {properties.get(POISON_DETAIL, '')}")
        try:
            event = CloudEvent.from_json(message.get_body())
        except InvalidInput as error:
            await self._give_up(queue, message, None, GiveUp(error.code, error.message))
            return
        try:
            await handler(event)
        except VoiceError as error:
            await self._settle(queue, message, event, error)

    async def _pauses(self, attempt: int) -> Sequence[float]:
        """The schedule as it is set, or as it was when it could last be read; else one that this try does not end."""
        try:
            self._last_schedule = await self._schedule()
        except VoiceError as error:
            log.warning("retry schedule cannot be read, going by the last one", extra={"error": str(error)})
            return self._last_schedule or (*UNREAD_SCHEDULE_S, *[UNREAD_SCHEDULE_S[-1]] * attempt)
        return self._last_schedule

    async def _settle(self, queue: str, message: Received, event: CloudEvent, error: VoiceError) -> None:
        attempt = int(str(message.application_properties.get(ATTEMPT, 0)))
        step = next_step(error, attempt, await self._pauses(attempt), random.uniform(-1, 1))  # noqa: S311 (spreads load)
        if isinstance(step, GiveUp):
            await self._give_up(queue, message, event, step)
            return
        origin = _origin(message)
        await self._bus.send(
            queue,
            event,
            message_id=f"{origin}/t{attempt + 1}",
            delay_s=step.delay_s,
            properties={ATTEMPT: attempt + 1, ORIGIN: origin},
        )
        fields = {"queue": queue, "event_id": event.id, "attempt": attempt + 1, "delay_s": round(step.delay_s, 1)}
        log.warning("message failed, sent again for later", extra={**fields, "error": str(error)})

    async def _give_up(self, queue: str, message: Received, event: CloudEvent | None, step: GiveUp) -> None:
        origin = _origin(message)
        attempts = int(str(message.application_properties.get(ATTEMPT, 0))) + 1
        properties: dict[str, str | int] = {
            ATTEMPT: attempts,
            ORIGIN: origin,
            POISON: step.code,
            POISON_DETAIL: step.detail,
        }
        body = message.get_body() if event is None else event.to_json()
        await self._bus.send_body(queue, body, message_id=f"{origin}/dead{attempts}", properties=properties)
        log.error(
            "message given up", extra={"queue": queue, "message_id": origin, "error": f"{step.code}: {step.detail}"}
        )


def _origin(message: Received) -> str:
    return str(message.application_properties.get(ORIGIN, message.message_id))
