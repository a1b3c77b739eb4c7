"""The voice cloud's events of users and calls as messages of the ``presence`` queue (E1, E3)."""

from collections.abc import Mapping
from datetime import datetime

from shared.bus.events import CloudEvent
from shared.enreach import names
from shared.enreach.parsing import same_id
from shared.errors import InvalidInput
from shared.presence.messages import call_told, user_changed
from shared.presence.model import CallNews, CallStep
from shared.webhooks.parsing import call_of, moment_of, sequence_of

STARTS = names.CALL_STARTS | {names.POOL_CALL_START}
ENDS = names.CALL_ENDS | {names.POOL_CALL_CANCELLED}


def message_of(body: Mapping[str, object], now: datetime) -> CloudEvent | None:
    """The message of an event that concerns a user's status, None for any other.

    Of a call only its id is taken: it may be private (H3). Raises InvalidInput ``malformed-webhook``.
    """
    kind = str(body[names.EVENT_TYPE])
    user = _user(body)
    if kind == names.EVENT_AVAILABILITY and user:
        return user_changed(user, str(body.get(names.EVENT_ID) or now.timestamp()), now)
    if kind not in STARTS | ENDS or not user or not body.get(names.EVENT_CALL_ID):
        return None
    if kind in ENDS and _is_of_another(body, user):
        return None
    step = CallStep.STARTED if kind in STARTS else CallStep.ENDED
    return call_told(user, CallNews(call_of(body), step, _sequence(body), _moment(body, now)), now)


def _user(body: Mapping[str, object]) -> str:
    is_user = body.get(names.EVENT_ENTITY_TYPE, names.ENTITY_USER) == names.ENTITY_USER
    user = body.get(names.EVENT_ENTITY_ID) if is_user else body.get(names.EVENT_USER_ID)
    return same_id(user) if isinstance(user, str) else ""


def _is_of_another(body: Mapping[str, object], user: str) -> bool:
    """Who dials gets events of the other party's telephone, too: that its leg ends does not end their own."""
    return names.EVENT_USER_ID in body and same_id(body[names.EVENT_USER_ID]) != user


def _sequence(body: Mapping[str, object]) -> int:
    try:
        return sequence_of(body) or 0
    except InvalidInput:
        return 0


def _moment(body: Mapping[str, object], now: datetime) -> datetime:
    try:
        return moment_of(body)
    except InvalidInput:
        return now
