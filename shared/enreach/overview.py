"""What people read in the phone: colleagues, pools with live figures, histories of calls (C6, C7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from shared.enreach import names
from shared.enreach.model import HistoryRow, PoolAgent, PoolRow, VoicePerson
from shared.enreach.parsing import is_work, listed, same_id
from shared.enreach.transport import Transport, as_documented
from shared.numbers import as_given
from shared.outside import moment, seconds_or_none
from shared.text import cleaned

MOST_ENTRIES = 1000


@dataclass(eq=False, repr=False)
class Overview:
    """Every method raises as ``Enreach`` does."""

    transport: Transport

    async def person(self, user_id: str) -> VoicePerson:
        """Raises Missing ``voicecloud-missing``."""
        row = await self.transport.get(names.USER.format(id=quote(user_id, safe="")))
        with as_documented():
            return _to_person(row)

    async def colleagues(self) -> tuple[VoicePerson, ...]:
        """The people of the organisation's directory; pools are left out."""
        answer = await self.transport.get(names.DIRECTORY_ENTRIES, {names.MAX_COUNT: str(MOST_ENTRIES)})
        with as_documented():
            rows = listed(answer[names.ENTRIES])
            return tuple(_to_person(row) for row in rows if not row.get(names.ENTRY_QUEUE))

    async def pools(self) -> tuple[PoolRow, ...]:
        """All that the API user may see."""
        return _to_pools(await self.transport.get(names.QUEUES))

    async def pools_of(self, user_id: str) -> tuple[PoolRow, ...]:
        """Those a user is a member of."""
        return _to_pools(await self.transport.get(names.QUEUES, {names.ONLY_FOR_USER: user_id}))

    async def members(self, pool_id: str) -> tuple[PoolAgent, ...]:
        rows = await self.transport.get(names.QUEUE_AGENTS.format(queue=quote(pool_id, safe="")))
        with as_documented():
            return tuple(_to_agent(row) for row in listed(rows))

    async def calls_of(self, user_id: str, start: datetime, end: datetime, limit: int) -> Sequence[HistoryRow]:
        """The user's own calls that began in a window of at most 31 days, oldest first."""
        return await self._history(names.CALLS, {names.USER_IDS: user_id}, start, end, limit)

    async def service_calls(self, start: datetime, end: datetime, limit: int) -> Sequence[HistoryRow]:
        """Visits to all pools that began in a window of at most 31 days, oldest first."""
        return await self._history(names.SERVICE_CALLS, {}, start, end, limit)

    async def _history(
        self, path: str, query: Mapping[str, str], start: datetime, end: datetime, limit: int
    ) -> Sequence[HistoryRow]:
        window = {names.START_TIME: _time(start), names.END_TIME: _time(end), names.MAX_COUNT: str(limit)}
        rows = await self.transport.get(path, {**query, **window})
        with as_documented():
            return [_to_history(row) for row in listed(rows)]


def _to_person(row: Mapping[str, Any]) -> VoicePerson:
    name = " ".join(part for part in (_text(row, names.FIRST_NAME), _text(row, names.LAST_NAME)) if part)
    return VoicePerson(same_id(row[names.ID]), name, _text(row, names.WORK_NUMBER), _text(row, names.MOBILE_NUMBER))


def _to_pools(rows: Any) -> tuple[PoolRow, ...]:
    with as_documented():
        return tuple(_to_pool(row) for row in listed(rows))


def _to_pool(row: Mapping[str, Any]) -> PoolRow:
    status = row.get(names.QUEUE_STATUS) or {}

    def figure(name: str) -> int:
        return seconds_or_none(status.get(name)) or 0

    return PoolRow(
        id=str(row[names.ID]),
        name=_text(row, names.NAME),
        numbers=tuple(str(one) for one in row.get(names.NUMBERS) or ()),
        is_open=figure(names.OPEN_STATUS) != names.CLOSED,
        serving=figure("ServingAgents"),
        free=figure("FreeAgents"),
        active_agents=figure("ActiveAgents"),
        active_calls=figure("OngoingCalls"),
        queue_length=figure("QueueLength"),
        longest_wait_s=figure("MaxWaitTime"),
        on_wrap_up=figure("AgentsOnWrapUp"),
    )


def _to_agent(row: Mapping[str, Any]) -> PoolAgent:
    status = row.get(names.QUEUE_STATUS) or {}
    return PoolAgent(
        user_id=same_id(row[names.AGENT_USER_ID]),
        name=_text(row, names.NAME),
        is_active=bool(row[names.ACTIVE]),
        skill=int(row.get(names.SKILL) or 1),
        status=_text(row, names.AGENT_AVAILABILITY),
        is_talking=bool(status.get(names.TALKING)),
        has_phone=status.get(names.SERVICE_TERMINALS) != 0,
    )


def _to_history(row: Mapping[str, Any]) -> HistoryRow:
    is_outgoing = bool(row.get(names.DIRECTION))
    return HistoryRow(
        call_id=str(row[names.CALL_ID]),
        started_at=moment(row[names.STARTED]),
        is_outgoing=is_outgoing,
        is_answered=not row.get(names.END_RESULT),
        number=_text(row, names.B_NUMBER) if is_outgoing else as_given(_text(row, names.A_NUMBER)),
        pool=_text(row, names.QUEUE_NAME),
        pool_id=same_id(row.get(names.QUEUE_ID)),
        duration_s=seconds_or_none(row.get(names.DURATION)) or 0,
        is_work=is_work(row),
        is_recorded=bool(row.get(names.RECORDING_IDS)),
        is_declined=row.get(names.REJECT_REASON) == names.REJECTED_BY_USER,
        result=_text(row, names.RESULT),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    return cleaned(str(row.get(name) or ""))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(names.QUERY_TIME_FORMAT)
