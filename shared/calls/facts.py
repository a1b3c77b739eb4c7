"""Pure: what a call was, from the voice cloud's rows or from what was reported while it went on."""

from collections.abc import Sequence
from datetime import datetime

from shared.calls.model import CallFacts, PoolCallEvent, PoolCallEventKind, Talk
from shared.enreach.model import CallRow
from shared.outside import LONGEST_S

ANSWERED = "Answered"
NOT_ANSWERED = "Not Answered"
BUSY = "Busy"
CUT_OFF = "platform_stopped"
"""The voice cloud's end reason of a call in which it died: no recording of it will come."""


def from_rows(rows: Sequence[CallRow]) -> CallFacts | None:
    """One call out of its rows, one per user it rang; None when none of them is work or one goes on still."""
    work = sorted((row for row in rows if row.is_work), key=lambda row: (row.started_at, row.id))
    if not work or any(row.ended_at is None for row in work):
        return None
    internal = _dialled_within(work)
    first = internal or work[0]
    answered = sorted((row for row in work if row.answered_at), key=lambda row: (row.answered_at, row.id))
    talks = tuple(
        Talk(row.user_id, row.answered_at, row.ended_at, row.terminal)
        for row in answered
        if row.answered_at and row.ended_at
    )
    ended_at = max(row.ended_at for row in work if row.ended_at)
    duration_s = answered[0].duration_s if len(answered) == 1 else _seconds(talks[0].since, ended_at) if talks else 0
    through_pool = next((row for row in work if row.pool), None)
    return CallFacts(
        call_id=first.call_id,
        is_outgoing=first.is_outgoing,
        number=first.b_number if first.is_outgoing else first.a_number,
        users=tuple(dict.fromkeys(row.user_id for row in work)),
        talks=talks,
        terminals=frozenset(row.terminal for row in (answered or work) if row.terminal),
        started_at=talks[0].since if talks else first.started_at,
        ended_at=ended_at,
        duration_s=duration_s,
        pool=through_pool.pool if through_pool else "",
        arrived_at=through_pool.arrived_at if through_pool else None,
        first_answered_at=through_pool.first_answered_at if through_pool else None,
        wait_s=next((row.wait_s for row in work if row.wait_s is not None), None),
        is_recorded=any(row.recording_ids for row in work),
        is_final=True,
        result=_result(first, talks),
        dialler=internal.user_id if internal else "",
        is_cut_off=any(row.end_reason == CUT_OFF for row in work),
        has_all_recordings=all(row.has_all_recordings for row in work),
    )


def _dialled_within(work: Sequence[CallRow]) -> CallRow | None:
    """The row of who has made an internal call: the colleague's phone rang before anybody had answered.

    A colleague to whom an outgoing call is handed on rings only later.
    """
    outgoing = next((row for row in work if row.is_outgoing), None)
    if outgoing is None or work[0].started_at < outgoing.started_at:
        return None
    rings = (row.started_at for row in work if not row.is_outgoing)
    answered_at = outgoing.answered_at
    return outgoing if any(answered_at is None or at < answered_at for at in rings) else None


def from_events(events: Sequence[PoolCallEvent]) -> CallFacts | None:
    """A pool's call that has just ended; None while it goes on, and where only the rows can say (a transfer)."""
    ordered = sorted(events, key=lambda event: event.sequence)
    end = next((event for event in reversed(ordered) if event.kind is PoolCallEventKind.ENDED), None)
    answers = [event for event in ordered if event.kind is PoolCallEventKind.ANSWERED and event.user_id]
    transferred = any(event.kind is PoolCallEventKind.TRANSFERRED for event in ordered)
    if end is None or transferred or len({event.user_id for event in answers}) != 1:
        return None
    answer, arrival = answers[0], next((event for event in ordered if event.kind is PoolCallEventKind.ARRIVED), None)
    return CallFacts(
        call_id=end.call_id,
        is_outgoing=False,
        number=answer.number,
        users=(answer.user_id,),
        talks=(Talk(answer.user_id, answer.at, end.at, answer.terminal),),
        terminals=frozenset([answer.terminal] if answer.terminal else []),
        started_at=answer.at,
        ended_at=max(answer.at, end.at),
        duration_s=_seconds(answer.at, end.at),
        pool=answer.pool,
        arrived_at=arrival.at if arrival else None,
        first_answered_at=answer.at,
        result=ANSWERED,
    )


def _result(first: CallRow, talks: Sequence[Talk]) -> str:
    if talks:
        return ANSWERED
    return BUSY if first.end_reason == "busy" else NOT_ANSWERED


def _seconds(start: datetime, end: datetime) -> int:
    """None where the end is reported before the start, a year at most."""
    return min(max(0, round((end - start).total_seconds())), LONGEST_S)
