"""Work that could not be done: listed with its reason, and sent again once the cause is mended."""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.exceptions import MessageLockLostError

from shared.bus.bus import Bus, fitting_id
from shared.bus.retry import ATTEMPT, ORIGIN, POISON, POISON_DETAIL

WAIT_S = 2.0
PAGE = 50
REPLAY = "/r"


@dataclass(frozen=True)
class DeadLetter:
    """A message of a dead-letter queue. ``message_id`` is the first message's, ``attempts`` how often it was tried."""

    queue: str
    message_id: str
    reason: str
    description: str
    enqueued_at: datetime
    attempts: int


@dataclass(frozen=True)
class Replay:
    """``replayed``: so many were sent again; ``lock_lost``: of those, so many are dead letters still, because Service
    Bus took them back before they could be completed. Replaying them again is harmless."""

    replayed: int
    lock_lost: int = 0


@dataclass(eq=False, repr=False)
class DeadLetters:
    """The dead-letter queues of the app's queues. ``wait_s``: after so long without one, no more are expected."""

    bus: Bus
    wait_s: float = WAIT_S

    async def list_dead(self, queue: str, limit: int) -> list[DeadLetter]:
        """Up to ``limit`` dead letters, oldest first, without touching them."""
        found: list[DeadLetter] = []
        async with self.bus.receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
            sequence_number = 0
            while len(found) < limit:
                page = await receiver.peek_messages(
                    min(PAGE, limit - len(found)), sequence_number=sequence_number, timeout=self.wait_s
                )
                if not page:
                    break
                found += [_dead_letter(queue, message) for message in page]
                sequence_number = int(page[-1].sequence_number or 0) + 1
        return found

    async def replay(self, queue: str, message_ids: Collection[str] | None = None) -> Replay:
        """Sends dead letters again (all, or those named) with their tries starting from none.

        Each is completed only after its successor is safe; cut off in between it is replayed twice, which is harmless.
        One whose lock was lost before it was completed comes again: it is completed then, not sent a second time.
        Those not named stay locked until the end, or they would come again and again instead of the ones behind them.
        """
        sent: set[int] = set()
        done: set[int] = set()
        left: dict[int, ServiceBusReceivedMessage] = {}
        async with self.bus.receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
            while page := await receiver.receive_messages(PAGE, max_wait_time=self.wait_s):
                if all(message.sequence_number in left for message in page):
                    break
                for message in page:
                    number = int(message.sequence_number or 0)
                    if message_ids is not None and _dead_letter(queue, message).message_id not in message_ids:
                        left[number] = message
                        continue
                    if number not in sent:
                        await self.bus.send_raw(queue, [_successor(message)])
                        sent.add(number)
                    with contextlib.suppress(MessageLockLostError):  # it comes again
                        await receiver.complete_message(message)
                        done.add(number)
            for message in left.values():
                with contextlib.suppress(MessageLockLostError):  # then it is free already
                    await receiver.abandon_message(message)
        return Replay(len(sent), len(sent - done))


def _properties(message: ServiceBusReceivedMessage) -> Mapping[str, str]:
    listed = (message.application_properties or {}).items()
    return {_text(name): _text(value) for name, value in listed}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _dead_letter(queue: str, message: ServiceBusReceivedMessage) -> DeadLetter:
    properties = _properties(message)
    return DeadLetter(
        queue=queue,
        message_id=properties.get(ORIGIN, str(message.message_id)),
        reason=properties.get(POISON) or message.dead_letter_reason or "unknown",
        description=properties.get(POISON_DETAIL) or message.dead_letter_error_description or "",
        enqueued_at=message.enqueued_time_utc or datetime.fromtimestamp(0, UTC),
        attempts=int(properties.get(ATTEMPT, 0)) or int(message.delivery_count or 0),
    )


def _successor(message: ServiceBusReceivedMessage) -> ServiceBusMessage:
    """The same work as new; its id says the how-manieth replay it is."""
    origin = _properties(message).get(ORIGIN, str(message.message_id))
    name, _, number = origin.rpartition(REPLAY)
    again = f"{name}{REPLAY}{int(number) + 1}" if name and number.isdigit() else f"{origin}{REPLAY}1"
    return ServiceBusMessage(
        b"".join(message.body),
        message_id=fitting_id(again),
        content_type=message.content_type,
        subject=message.subject,
    )
