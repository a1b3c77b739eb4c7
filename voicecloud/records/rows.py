"""Rows as EnreachAPI shows them, made of a call's history. One JSON object per user leg and per visit to a pool."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.clock import from_iso, to_iso
from voicecloud.records import rules
from voicecloud.records.model import CallKind, Privacy, ServiceCall, UserCall
from voicecloud.vocabulary.calls import CallHistory, Direction

USER_ROW = "u"
SERVICE_ROW = "s"


@dataclass(frozen=True)
class StoredRow:
    """``key`` is the row's place in the call: kind and number. ``document`` is what the API shows."""

    call_id: str
    key: str
    document: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.key[0]

    @property
    def started_at(self) -> datetime:
        return from_iso(self.document["TimeStamp"])

    @property
    def modified_at(self) -> datetime:
        """Also when the row shows itself: rows appear after the post-processing delay."""
        return from_iso(self.document["ModifiedTime"])


@dataclass(frozen=True)
class RowNames:
    """What the rows say beside ids; ``privacy`` is a user's default for direct calls."""

    user: Callable[[str], str]
    queue: Callable[[str], str]
    privacy: Callable[[str], Privacy]


def rows_of(history: CallHistory, names: RowNames, delay_s: float, now: datetime) -> list[StoredRow]:
    """All rows of a finished call, to be seen ``delay_s`` after its end, its latest change, or ``now``, when they are
    written: whoever asks for what has changed since must not have been there before."""
    changed_at = max(rules.last_moment(history), now)
    seen_at = changed_at + timedelta(seconds=delay_s)
    users = [_user_row(history, row, names, seen_at) for row in rules.user_calls(history)]
    return [
        *(StoredRow(history.call_id, f"{USER_ROW}{at:02d}", row) for at, row in enumerate(users)),
        *service_rows_of(history, names, delay_s, changed_at),
    ]


def service_rows_of(
    history: CallHistory, names: RowNames, delay_s: float, changed_at: datetime | None = None
) -> list[StoredRow]:
    """The rows of visits to pools, which show while the call goes on."""
    seen_at = (changed_at or rules.last_moment(history)) + timedelta(seconds=delay_s)
    rows = [_service_row(row, names, seen_at) for row in rules.service_calls(history)]
    return [StoredRow(history.call_id, f"{SERVICE_ROW}{at:02d}", row) for at, row in enumerate(rows)]


def _user_row(history: CallHistory, row: UserCall, names: RowNames, seen_at: datetime) -> dict[str, Any]:
    whole = rules.record(history)
    service = row.kind is CallKind.SERVICE
    return {
        "Id": row.id,
        "CallID": row.call_id,
        "TimeStamp": to_iso(row.started_at),
        "ANum": row.a_number or "",
        "BNum": row.b_number,
        "CallTypeString": row.kind.value,
        "Direction": int(row.direction is not Direction.INBOUND),
        "Duration": round(row.talk_s + row.hold_s),
        "EndResult": int(row.result),
        "RecordingIds": list(row.recording_ids),
        "RecordingsComplete": True,  # rows are written when all recordings of the call are kept
        "UserID": row.user_id,
        "UserName": names.user(row.user_id),
        "AnswerQueueId": row.pool_id if service else None,
        "QueueName": names.queue(row.pool_id) if row.pool_id else None,
        "Privacy": rules.default_privacy(row, names.privacy(row.user_id)).value,
        "Terminal": row.terminal.value if row.terminal else None,
        "ArrivalTime": to_iso(history.arrived_at),
        "AnswerTime": _iso(row.answered_at),
        "FirstAnswerTime": _iso(whole.first_answered_at),
        "EndTime": _iso(row.ended_at),
        "WaitTime": round(whole.wait_s) if service else None,
        "RingTime": round(row.ring_s),
        "HoldTime": round(row.hold_s),
        "RejectReason": row.reject_reason.value if row.reject_reason else None,
        "TransferredTo": row.transferred_to,
        "EndReason": history.end_reason.value if history.end_reason else None,
        "EventCodes": list(row.event_codes),
        "ModifiedTime": to_iso(seen_at),
    }


def _service_row(row: ServiceCall, names: RowNames, seen_at: datetime) -> dict[str, Any]:
    return {
        "Id": row.id,
        "CallID": row.call_id,
        "TimeStamp": to_iso(row.arrived_at),
        "ANum": row.a_number or "",
        "BNum": row.b_number,
        "CallTypeString": CallKind.SERVICE.value,
        "Direction": 0,
        "QueueId": row.pool_id,
        "QueueName": names.queue(row.pool_id),
        "Duration": round(row.talk_s + row.hold_s),
        "EndResult": int(row.answered_at is None),
        "Result": row.result.value,
        "QueueTime": _iso(row.queued_at),
        "AnswerTime": _iso(row.answered_at),
        "AnsweredByUserID": row.answered_by,
        "EndTime": _iso(row.left_at),
        "WaitTime": round(row.wait_s),
        "HoldTime": round(row.hold_s),
        "Allocations": row.offers,
        "EventCodes": list(row.event_codes),
        "RecordingIds": list(row.recording_ids),
        "ModifiedTime": to_iso(seen_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return to_iso(moment) if moment else None
