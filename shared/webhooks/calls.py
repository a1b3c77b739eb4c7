"""The voice cloud's call events as messages of the ``calls`` queue (J3)."""

from collections.abc import Mapping
from datetime import datetime

from shared.bus.events import CloudEvent
from shared.calls.messages import check_wanted, received
from shared.calls.model import PoolCallEvent, PoolCallEventKind
from shared.enreach import names
from shared.enreach.parsing import same_id
from shared.errors import InvalidInput
from shared.numbers import as_given
from shared.webhooks.parsing import call_of, moment_of, sequence_of, text_of

POOL_EVENTS = {
    names.EVENT_POOL_ARRIVED: PoolCallEventKind.ARRIVED,
    names.EVENT_POOL_CONNECTED: PoolCallEventKind.ANSWERED,
    names.EVENT_POOL_TRANSFERRED: PoolCallEventKind.TRANSFERRED,
    names.EVENT_POOL_COMPLETED: PoolCallEventKind.ENDED,
}
ENDS = {names.EVENT_IN_DISCONNECTED, names.EVENT_OUT_DISCONNECTED, names.EVENT_CALL_PROCESSED}


def message_of(body: Mapping[str, object], now: datetime) -> CloudEvent | None:
    """The message of a call event, or None for one we have no use for.

    Of a call that came through no pool only its id is taken: it may be private (H3). Raises InvalidInput
    ``malformed-webhook``.
    """
    kind, end = POOL_EVENTS.get(str(body[names.EVENT_TYPE])), body[names.EVENT_TYPE] in ENDS
    if kind is None and not end:
        return None
    call_id = call_of(body)
    if kind is None:
        return check_wanted(call_id, 0, now, f"{body[names.EVENT_TYPE]}/{_place(body)}")
    return received(_pool_event(body, call_id, kind), now)


def _place(body: Mapping[str, object]) -> str:
    """Tells two ends of one call apart; an event whose place cannot be read is a cause all the same."""
    try:
        return str(sequence_of(body) or "")
    except InvalidInput:
        return ""


def _pool_event(body: Mapping[str, object], call_id: str, kind: PoolCallEventKind) -> PoolCallEvent:
    at = moment_of(body)
    return PoolCallEvent(
        call_id=call_id,
        sequence=sequence_of(body) or round(at.timestamp() * 1000),
        kind=kind,
        at=at,
        number=as_given(text_of(body, names.EVENT_CALLER_NUMBER)),
        pool=text_of(body, names.EVENT_QUEUE_NAME),
        user_id=same_id(text_of(body, names.EVENT_USER_ID)),
        terminal=text_of(body, names.EVENT_TERMINAL),
    )
