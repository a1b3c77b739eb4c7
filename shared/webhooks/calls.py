"""The voice cloud's call events as messages of the ``calls`` queue (J3)."""

from collections.abc import Mapping
from datetime import datetime

from shared.bus.events import Event
from shared.calls.model import CallEvent, EventKind, is_call_id
from shared.calls.telling import check_wanted, happened
from shared.clock import from_iso
from shared.enreach import names
from shared.errors import InvalidInput

POOL_EVENTS = {
    names.EVENT_POOL_ARRIVED: EventKind.ARRIVED,
    names.EVENT_POOL_CONNECTED: EventKind.ANSWERED,
    names.EVENT_POOL_TRANSFERRED: EventKind.TRANSFERRED,
    names.EVENT_POOL_COMPLETED: EventKind.ENDED,
}
ENDS = {names.EVENT_IN_DISCONNECTED, names.EVENT_OUT_DISCONNECTED, names.EVENT_CALL_PROCESSED}


def message_of(body: Mapping[str, object], now: datetime) -> Event | None:
    """The message of a call event, or None for one we have no use for.

    Of a call that came through no pool only its id is taken: it may be private (H3). Raises InvalidInput
    ``malformed-webhook``.
    """
    kind, end = POOL_EVENTS.get(str(body[names.EVENT_TYPE])), body[names.EVENT_TYPE] in ENDS
    if kind is None and not end:
        return None
    call_id = body.get(names.EVENT_CALL_ID)
    if not isinstance(call_id, str) or not is_call_id(call_id):
        raise InvalidInput("malformed-webhook", f"a call event names its call in {names.EVENT_CALL_ID}")
    if kind is None:
        return check_wanted(call_id, 0, now, f"{body[names.EVENT_TYPE]}/{body.get(names.EVENT_SEQUENCE, '')}")
    return happened(_pool_event(body, call_id, kind), now)


def _pool_event(body: Mapping[str, object], call_id: str, kind: EventKind) -> CallEvent:
    try:
        at = from_iso(str(body[names.EVENT_TIMESTAMP]))
        sequence = int(str(body.get(names.EVENT_SEQUENCE) or round(at.timestamp() * 1000)))
    except (KeyError, ValueError, OverflowError):
        raise InvalidInput("malformed-webhook", f"a call event has its time in {names.EVENT_TIMESTAMP}") from None
    return CallEvent(
        call_id=call_id,
        sequence=sequence,
        kind=kind,
        at=at,
        number=str(body.get(names.EVENT_CALLER_NUMBER) or ""),
        pool=str(body.get(names.EVENT_QUEUE_NAME) or ""),
        user_id=str(body.get(names.EVENT_USER_ID) or ""),
        terminal=str(body.get(names.EVENT_TERMINAL) or ""),
    )
