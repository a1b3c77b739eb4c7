"""EnreachAPI's JSON as our model. A row that lacks what every such row has is told apart, not guessed at."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.enreach import names
from shared.enreach.model import AvailabilityEvent, Callback, CallPage, CallRow
from shared.enreach.transport import as_documented
from shared.errors import Unavailable
from shared.numbers import as_given
from shared.outside import LONGEST_S, is_call_id, moment, moment_or_none, seconds_or_none
from shared.text import cleaned

LONGEST_ID = 100
"""What the columns of Dynamics for ids take (infra/dynamics/columns.json)."""


def listed(answer: Any) -> list[Any]:
    """The answer as a list. Raises TypeError."""
    if not isinstance(answer, list):
        raise TypeError(answer)
    return answer


def same_id(value: Any) -> str:
    """An id of a user or a pool as it is compared: it is the same in capitals. Empty where there is none."""
    return str(value or "").lower()


def callback_or_none(row: Any) -> Callback | None:
    try:
        with as_documented():
            return to_callback(row)
    except Unavailable:
        return None


def to_callback(row: Mapping[str, Any]) -> Callback:
    return Callback(
        id=_id(row, names.ID),
        list_id=_id(row, names.LIST_ID),
        is_open=row[names.STATE] == names.STATE_OPEN,
        caller_number=as_given(_text(row, names.CALLER_NUMBER)),
        created_at=moment(row[names.CREATED_TIME]),
        queue_name=_text(row, names.QUEUE_NAME),
        note=_text(row, names.NOTE),
    )


def call_page(answer: Any, limit: int) -> CallPage:
    with as_documented():
        rows = listed(answer)
    readable = [call for row in rows if (call := _call_or_none(row))]
    return CallPage(readable, len(rows) - len(readable), full=len(rows) >= limit)


def _call_or_none(row: Any) -> CallRow | None:
    try:
        with as_documented():
            return _to_call(row)
    except Unavailable:
        return None


def _to_call(row: Mapping[str, Any]) -> CallRow:
    """Of a call that is not work, only what tells it apart and when it changed (H3)."""
    started_at = moment(row[names.STARTED])
    call = CallRow(
        id=_id(row, names.ID),
        call_id=_call_id(row),
        user_id=same_id(row.get(names.USER_ID)),
        is_work=is_work(row),
        modified_at=moment_or_none(row.get(names.MODIFIED)) or started_at,
        started_at=started_at,
        ended_at=_ended_at(row, started_at),
    )
    return _with_particulars(call, row) if call.is_work else call


def is_work(row: Mapping[str, Any]) -> bool:
    """Whether a call is classified as work; a pool's is, unless it says otherwise (H3)."""
    privacy = row.get(names.PRIVACY)
    if privacy is None:
        return bool(row.get(names.CALL_TYPE) == names.TYPE_SERVICE)
    return bool(privacy == names.PRIVACY_WORK)


def _with_particulars(call: CallRow, row: Mapping[str, Any]) -> CallRow:
    answered_at = _within(_moment(row, names.ANSWERED), call)
    told = row.get(names.DURATION)
    talked_s = seconds_or_none(0 if told is None else told)
    if talked_s is None:
        talked_s = round((call.ended_at - answered_at).total_seconds()) if call.ended_at and answered_at else 0
    return CallRow(
        id=call.id,
        call_id=call.call_id,
        user_id=call.user_id,
        is_work=True,
        modified_at=call.modified_at,
        started_at=call.started_at,
        ended_at=call.ended_at,
        answered_at=answered_at,
        is_outgoing=bool(row.get(names.DIRECTION)),
        a_number=as_given(_text(row, names.A_NUMBER)),
        b_number=_text(row, names.B_NUMBER),
        pool=_text(row, names.QUEUE_NAME),
        terminal=_text(row, names.TERMINAL),
        duration_s=talked_s,
        wait_s=seconds_or_none(row.get(names.WAIT_TIME)),
        arrived_at=_before_its_end(_moment(row, names.ARRIVED), call),
        first_answered_at=_before_its_end(_moment(row, names.FIRST_ANSWERED), call),
        recording_ids=tuple(str(one) for one in row.get(names.RECORDING_IDS) or ()),
        has_all_recordings=row.get(names.RECORDINGS_COMPLETE) is True,
        reject_reason=_text(row, names.REJECT_REASON),
        end_reason=_text(row, names.END_REASON),
    )


def to_availability(row: Mapping[str, Any]) -> AvailabilityEvent:
    return AvailabilityEvent(
        id=str(row.get(names.ID) or ""),
        type_id=int(row[names.EVENT_TYPE_ID]),
        note=_text(row, names.NOTE),
        starts_at=_moment(row, names.START_TIME),
        ends_at=_moment(row, names.END_TIME),
    )


def _id(row: Mapping[str, Any], name: str) -> str:
    """Raises KeyError where there is none: all rows without one would pass for the same thing.

    ValueError for one that no column of Dynamics takes.
    """
    if not row[name]:
        raise KeyError(name)
    found = str(row[name])
    if len(found) > LONGEST_ID:
        raise ValueError(name)
    return found


def _call_id(row: Mapping[str, Any]) -> str:
    """Raises KeyError, or ValueError for what is no id of a call."""
    if not is_call_id(call_id := _id(row, names.CALL_ID)):
        raise ValueError(names.CALL_ID)
    return call_id


def _text(row: Mapping[str, Any], name: str) -> str:
    return cleaned(str(row.get(name) or ""))


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    return moment_or_none(row.get(name))


def _ended_at(row: Mapping[str, Any], started_at: datetime) -> datetime | None:
    """The end; one before the beginning, or years after it, is not valid: then the duration counts."""
    ended_at = _moment(row, names.ENDED)
    if ended_at is None or 0 <= (ended_at - started_at).total_seconds() <= LONGEST_S:
        return ended_at
    return started_at + timedelta(seconds=seconds_or_none(row.get(names.DURATION)) or 0)


def _before_its_end(at: datetime | None, call: CallRow) -> datetime | None:
    """A moment in a pool before the call reached somebody; one after the end of the call is not valid."""
    return None if at and call.ended_at and at > call.ended_at else at


def _within(at: datetime | None, call: CallRow) -> datetime | None:
    """A moment of a call, which lies between its beginning and its end."""
    return max(call.started_at, min(at, call.ended_at or at)) if at else None
