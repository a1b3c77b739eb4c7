"""The messages of the ``calls`` queue."""

import json
from datetime import datetime

from shared.bus.events import CloudEvent
from shared.calls.model import CHECK, RECEIVED, PoolCallEvent, PoolCallEventKind
from shared.calls.rules import CHECK_EVERY_S
from shared.clock import to_iso
from shared.errors import InvalidInput
from shared.outside import moment

SOURCE = "voicecloud"
FROM_PHONE = "phone"
"""The cause where an agent has noted something: it is not repeated, for the end of the call has its own."""
NOTED_EVERY_S = 2.0


def check_wanted(call_id: str, attempt: int, now: datetime, cause: str) -> CloudEvent:
    """Asks to reconcile a call; ``cause`` tells apart what is not the same wish. No personal data (H3)."""
    data = {"call_id": call_id, "attempt": attempt, "cause": cause}
    return CloudEvent(f"call/{call_id}/{cause}/{attempt}", CHECK, SOURCE, call_id, now, data)


def call_of(body: bytes) -> str | None:
    """The call that a message of the queue is about; None for what is no such message."""
    try:
        return str(json.loads(body)["data"]["call_id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def noted(call_id: str, now: datetime) -> tuple[CloudEvent, float]:
    """Asks to reconcile what has been noted by now, and in how many seconds: many notes in a row make one message."""
    turn = now.timestamp() // NOTED_EVERY_S + 1
    data = {"call_id": call_id, "attempt": 0, "cause": FROM_PHONE}
    event = CloudEvent(f"call/{call_id}/{FROM_PHONE}/{turn:.0f}", CHECK, SOURCE, call_id, now, data)
    return event, turn * NOTED_EVERY_S - now.timestamp()


def check_again(call_id: str, attempt: int, now: datetime, cause: str, delay_s: float) -> CloudEvent:
    """The check after one that found the call incomplete.

    Each cause has its own quick checks; slow ones are the same for all of them, so that many causes do not add up.
    """
    if delay_s < CHECK_EVERY_S:
        return check_wanted(call_id, attempt, now, cause)
    due = now.timestamp() + delay_s
    data = {"call_id": call_id, "attempt": attempt, "cause": cause}
    return CloudEvent(f"call/{call_id}/slow/{due // CHECK_EVERY_S:.0f}", CHECK, SOURCE, call_id, now, data)


def received(event: PoolCallEvent, now: datetime) -> CloudEvent:
    """Reports what happened to a call that came through a pool, which is work by definition."""
    data = {
        "call_id": event.call_id,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": to_iso(event.at),
        "number": event.number,
        "pool": event.pool,
        "user_id": event.user_id,
        "terminal": event.terminal,
    }
    return CloudEvent(f"call/{event.call_id}/{event.sequence}/{event.kind}", RECEIVED, SOURCE, event.call_id, now, data)


def event_from(message: CloudEvent) -> PoolCallEvent:
    """Raises InvalidInput ``malformed-call``."""
    data = message.data
    try:
        return PoolCallEvent(
            call_id=str(data["call_id"]),
            sequence=int(str(data["sequence"])),
            kind=PoolCallEventKind(str(data["kind"])),
            at=moment(data["at"]),
            number=str(data.get("number") or ""),
            pool=str(data.get("pool") or ""),
            user_id=str(data.get("user_id") or ""),
            terminal=str(data.get("terminal") or ""),
        )
    except (KeyError, ValueError):
        raise InvalidInput("malformed-call", "a call event lacks what its kind needs") from None
