"""Pure: how a call came to a user, as its events tell it: whom they are asked about, who transferred it, who did not
take it (C3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicecloud.routing.views import LiveLeg
from voicecloud.vocabulary.calls import CallEvent, EventKind, RejectReason

type Document = Mapping[str, Any]

REFUSALS = {EventKind.USER_REJECTED, EventKind.FAR_REFUSED}
_REASONS: Mapping[str, str | None] = {
    RejectReason.USER_REJECTED: "declined",
    RejectReason.TIMEOUT: "no_answer",
    RejectReason.CALL_DISCONNECTED: None,
    RejectReason.OTHER_CONNECTED: None,
}
"""None: nobody refused, the one who asked has called it off."""


@dataclass(frozen=True)
class DisplayNames:
    """Display names by id, the work number of a user; empty where there is none."""

    user: Callable[[str], str]
    number: Callable[[str], str]
    pool: Callable[[str], str]


def transfer(leg: LiveLeg, events: Sequence[CallEvent], names: DisplayNames, *, returned: bool) -> Document | None:
    """Who transferred the call to this user; with ``returned``, who was to have it and why they did not take it."""
    at = _last(events, lambda event: event.kind is EventKind.USER_TRANSFERRED)
    if at is None:
        return None
    by, since = events[at], events[at + 1 :]
    if not returned:
        return None if by.user_id == leg.user_id else _transferred(by, names, None)
    return _transferred(by, names, _who_did_not_take(since, leg, names))


def unheard(leg: LiveLeg, events: Sequence[CallEvent], names: DisplayNames) -> Document | None:
    """Whom this user asked last without an answer, with the reason; None where they answered or it was called off."""
    over = _last(events, lambda event: event.kind is EventKind.CONSULT_ENDED and event.leg_id == leg.leg_id)
    begun = _last(events, lambda event: event.kind is EventKind.CONSULT_STARTED and event.leg_id == leg.leg_id)
    if over is None or begun is None or over < begun:
        return None
    refusal = next((event for event in events[begun:over] if event.kind in REFUSALS), None)
    reason = _reason(refusal) if refusal else None
    return {**_party(refusal, names), "reason": reason} if refusal and reason else None


def _who_did_not_take(since: Sequence[CallEvent], leg: LiveLeg, names: DisplayNames) -> Document:
    """Of the events between the transfer and the return to this leg."""
    back = _last(since, lambda event: event.kind is EventKind.ALLOCATED and event.leg_id == leg.leg_id)
    tried = since[:back]
    refusal = next((event for event in reversed(tried) if event.kind in REFUSALS and _reason(event)), None)
    if refusal:
        return {**_party(refusal, names), "reason": _reason(refusal)}
    entered = next((event.detail for event in tried if event.kind is EventKind.USER_ENTERED), None)
    name = names.user(entered) if entered else ""
    return {"number": "", "name": name or None, "userId": entered, "reason": "unavailable"}


def _transferred(event: CallEvent, names: DisplayNames, returned: Document | None) -> Document:
    user_id = event.user_id or ""
    return {"by": {"userId": user_id, "name": names.user(user_id)}, "returned": returned}


def _party(event: CallEvent, names: DisplayNames) -> Document:
    if event.user_id:
        return {"number": names.number(event.user_id), "name": names.user(event.user_id), "userId": event.user_id}
    return {"number": event.number or "", "name": None, "userId": None}


def _reason(event: CallEvent) -> str | None:
    detail = event.detail or "failed"
    return _REASONS.get(detail, detail)


def _last(events: Sequence[CallEvent], wanted: Callable[[CallEvent], bool]) -> int | None:
    return next((at for at in range(len(events) - 1, -1, -1) if wanted(events[at])), None)
