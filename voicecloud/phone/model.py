"""Pure: the calls of a user as the phone shows them (docs/live-calls.md), in camel case, as browsers read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clock import to_iso
from voicecloud.phone.context import (
    DisplayNames,  # what documents are made with
    transfer,
    unheard,
)
from voicecloud.routing.views import LiveCall, LiveLeg
from voicecloud.vocabulary.availability import AvailabilityEntry
from voicecloud.vocabulary.calls import CallEvent, CallHistory, EventKind
from voicecloud.vocabulary.machine import LegState

Document = Mapping[str, Any]
RINGS_OR_TALKS = (LegState.CONNECTED, LegState.PARKED, LegState.HELD, LegState.WAITING, LegState.RINGING)


@dataclass(frozen=True)
class LegVoice:
    """What the gateway knows of a leg. ``revision`` counts its changes."""

    revision: int
    is_muted: bool
    is_paused: bool | None
    media_id: str | None
    is_attached: bool


def call_document(
    call: LiveCall, leg: LiveLeg, events: Sequence[CallEvent], voice: LegVoice, names: DisplayNames
) -> Document:
    """One call as the user on ``leg`` sees it."""
    third = _leg(call, call.consult_leg) if leg.state is LegState.CONSULTING else None
    about = _asked_about(call, leg)
    is_asked = leg.leg_id == call.consult_leg
    pool_id = leg.pool_id or call.pool_id
    return {
        "callId": call.call_id,
        "legId": leg.leg_id,
        "sequence": call.sequence,
        "revision": voice.revision,
        "direction": call.direction.value,
        "kind": leg.kind.value if leg.kind else None,
        "state": leg.state.value,
        "since": to_iso(leg.since),
        "arrivedAt": to_iso(call.arrived_at),
        "answeredAt": _answered_at(leg, events),
        "terminal": leg.terminal.value if leg.terminal else None,
        "pool": {"id": pool_id, "name": names.pool(pool_id)} if pool_id else None,
        "party": _party(_other(call, leg), call, names),
        "consult": _party(third, call, names) if third else None,
        "about": _party(about, call, names) if about else None,
        "transfer": None if is_asked else transfer(leg, events, names, returned=call.returned),
        "unheard": unheard(leg, events, names),
        "muted": voice.is_muted,
        "recording": None if voice.is_paused is None else {"paused": voice.is_paused},
        "media": {"id": voice.media_id, "attached": voice.is_attached} if voice.media_id else None,
        "reason": None,
    }


def availability_document(holds: AvailabilityEntry) -> Document:
    """The user's status: a phone sees at once that it has changed."""
    ends_at = to_iso(holds.ends_at) if holds.ends_at else None
    return {"id": holds.id, "profile": holds.profile, "note": holds.note, "endsAt": ends_at}


def ended(document: Document, reason: str, at: datetime) -> Document:
    """The same call when the user has no part in it any more."""
    gone = {"state": LegState.ENDED.value, "since": to_iso(at), "reason": reason}
    changed = {**document, **gone, "media": None, "recording": None, "consult": None}
    return {**changed, "sequence": document["sequence"] + 1}


def dialled_in_vain(history: CallHistory, names: DisplayNames) -> Document:
    """A call that was over as soon as it was dialled: who was called is busy, say, or not to be disturbed."""
    dialled = history.events[0]
    user_id = next((event.detail for event in history.events if event.kind is EventKind.USER_ENTERED), None)
    name = names.user(user_id) if user_id else None
    return {
        "callId": history.call_id,
        "legId": dialled.leg_id,
        "sequence": len(history.events),
        "revision": 0,
        "direction": history.direction.value,
        "kind": None,
        "state": LegState.ENDED.value,
        "since": to_iso(history.arrived_at),
        "arrivedAt": to_iso(history.arrived_at),
        "answeredAt": None,
        "terminal": dialled.terminal,
        "pool": None,
        "party": {"number": history.b_number, "name": name, "userId": user_id, "state": LegState.ENDED.value},
        "consult": None,
        "about": None,
        "transfer": None,
        "unheard": None,
        "muted": False,
        "recording": None,
        "media": None,
        "reason": history.end_reason,
    }


def _asked_about(call: LiveCall, leg: LiveLeg) -> LiveLeg | None:
    """Who waits on hold while this user is asked (C3)."""
    if leg.leg_id != call.consult_leg:
        return None
    asking = next((one for one in call.legs if one.state is LegState.CONSULTING), None)
    return _leg(call, asking.other) if asking and asking.other else None


def _other(call: LiveCall, leg: LiveLeg) -> LiveLeg | None:
    """Whom the user has the call with: the other leg, who consults them, who rings for them or for whom they ring."""
    if leg.leg_id == call.consult_leg:
        return next((one for one in call.legs if one.state is LegState.CONSULTING), None)
    if leg.other:
        return _leg(call, leg.other)
    others = [one for one in call.legs if one.leg_id not in {leg.leg_id, call.consult_leg}]
    wanted = LegState.RINGING if leg.state is LegState.WAITING else LegState.WAITING
    return next((one for one in others if one.state is wanted), others[0] if others else None)


def _party(leg: LiveLeg | None, call: LiveCall, names: DisplayNames) -> Document:
    if leg is None:
        return {"number": call.b_number, "name": None, "userId": None, "state": LegState.WAITING.value}
    if leg.user_id:
        name, number = names.user(leg.user_id), names.number(leg.user_id)
        return {"number": number, "name": name, "userId": leg.user_id, "state": leg.state.value}
    return {"number": leg.number or "", "name": None, "userId": None, "state": leg.state.value}


def _leg(call: LiveCall, leg_id: str | None) -> LiveLeg | None:
    return next((one for one in call.legs if one.leg_id == leg_id), None)


def _answered_at(leg: LiveLeg, events: Sequence[CallEvent]) -> str | None:
    """When this user answered; of who has dialled, when the other one did."""
    if leg.kind is None:
        found = (event.at for event in events if event.kind is EventKind.ANSWERED)
    else:
        found = (event.at for event in events if event.kind is EventKind.ANSWERED and event.leg_id == leg.leg_id)
    at = next(found, None)
    return to_iso(at) if at else None
