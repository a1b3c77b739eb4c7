"""The messages of the ``calls`` queue."""

from datetime import datetime

from shared.bus.events import Event
from shared.calls.model import CHECK, HAPPENED, CallEvent, EventKind
from shared.clock import from_iso, to_iso
from shared.errors import InvalidInput

SOURCE = "voicecloud"


def check_wanted(call_id: str, attempt: int, now: datetime, cause: str = "") -> Event:
    """Asks for a look at a call; ``cause`` tells apart what is not the same wish. No personal data (H3)."""
    data = {"call_id": call_id, "attempt": attempt}
    return Event(f"call/{call_id}/{cause or 'check'}/{attempt}", CHECK, SOURCE, call_id, now, data)


def happened(event: CallEvent, now: datetime) -> Event:
    """Tells what happened to a call that came through a pool, which is work by definition."""
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
    return Event(f"call/{event.call_id}/{event.sequence}/{event.kind}", HAPPENED, SOURCE, event.call_id, now, data)


def event_from(message: Event) -> CallEvent:
    """Raises InvalidInput ``malformed-call``."""
    data = message.data
    try:
        return CallEvent(
            call_id=str(data["call_id"]),
            sequence=int(str(data["sequence"])),
            kind=EventKind(str(data["kind"])),
            at=from_iso(str(data["at"])),
            number=str(data.get("number") or ""),
            pool=str(data.get("pool") or ""),
            user_id=str(data.get("user_id") or ""),
            terminal=str(data.get("terminal") or ""),
        )
    except (KeyError, ValueError):
        raise InvalidInput("malformed-call", "a call event lacks what its kind needs") from None
