"""Calls of the agent or of the agent's pools, newest first, with those the agent has missed (C6).

The voice cloud gives the rows of a window oldest first, so windows are asked for backwards until there are rows; what
lies before is the next page, which may be short.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from shared.caching import Cached
from shared.clock import Clock, to_iso
from shared.enreach.model import HistoryRow, VoicePerson
from shared.enreach.overview import Overview
from shared.errors import Forbidden, InvalidInput, Misconfigured, Missing, Unavailable
from shared.numbers import key_of, known
from shared.outside import moment
from shared.phone.agents import PhoneAgents
from shared.phone.directory import PhoneDirectory, numbers_of
from shared.phone.readable import ReadableCustomers
from shared.settings.service import Settings
from shared.storage.tables import Table

PAGE = 50
MOST_ROWS = 10_000
DAY = timedelta(days=1)
OWN_SPANS = (7 * DAY, 31 * DAY, 31 * DAY, 31 * DAY)
POOL_SPANS = (DAY / 24, DAY / 4, DAY, 7 * DAY, 31 * DAY)
OWN_REACH, POOL_REACH = 92 * DAY, 31 * DAY
"""So far back goes a history."""
POOL_KEPT_S = 5.0
SEEN = "history"
SHOWN_TO = timedelta(milliseconds=1)
"""Times are shown to this: what began within it was shown."""

log = logging.getLogger(__name__)

Window = Callable[[datetime, datetime], Awaitable[Sequence[HistoryRow]]]


@dataclass(frozen=True)
class _HistoryPage:
    """``earlier``: before which there may be more, None where everything has been read."""

    rows: Sequence[HistoryRow]
    earlier: datetime | None


class AgentCallHistory:
    """Every method takes the person's object id and raises Forbidden ``agent-unknown``."""

    def __init__(
        self,
        *,
        agents: PhoneAgents,
        overview: Overview,
        directory: PhoneDirectory,
        readable: ReadableCustomers,
        settings: Settings,
        table: Table,
        clock: Clock,
    ) -> None:
        async def of_pools(window: tuple[datetime, datetime]) -> Sequence[HistoryRow]:
            return await overview.service_calls(*window, MOST_ROWS)

        self._agents = agents
        self._overview = overview
        self._directory = directory
        self._readable = readable
        self._settings = settings
        self._table = table
        self._clock = clock
        self._of_pools = Cached(of_pools, POOL_KEPT_S, clock)

    async def show(self, object_id: str, before: str, scope: str) -> dict[str, Any]:
        """``before``: an ISO 8601 time, or nothing for the newest; ``scope``: ``own`` or ``pool``.

        Raises InvalidInput ``malformed-history``.
        """
        until = _moment(before, "before") if before else self._clock() + timedelta(seconds=1)
        if scope not in {"own", "pool"}:
            raise InvalidInput("malformed-history", "scope is own or pool")
        found = await (self._own(object_id, until) if scope == "own" else self._pool(object_id, until))
        page, following = _page(found)
        region = await self._settings.region()
        page = [row if row.is_outgoing else replace(row, number=known(row.number, region)) for row in page]
        names = await self._names(object_id, {row.number for row in page if row.number})
        entries = [_entry(row, names.get(row.number, ""), scope) for row in page]
        missed = await self._missed(object_id, found.rows) if scope == "own" and not before else 0
        return {"entries": entries, "missed": missed, "next": to_iso(following) if following else None}

    async def mark_seen(self, object_id: str, until: str) -> None:
        """``until``: when the newest call shown to the agent began, in ISO 8601; nothing for now.

        A record comes seconds after its call: one that began later was not seen. Raises InvalidInput
        ``malformed-history``.
        """
        agent = await self._agents.agent(object_id)
        now = self._clock()
        seen = min(_moment(until, "until") + SHOWN_TO, now) if until else now
        await self._table.update(
            str(agent.id), SEEN, lambda values: {"seen": max(seen, values["seen"]) if values else seen}
        )

    async def _own(self, object_id: str, until: datetime) -> _HistoryPage:
        agent = await self._agents.agent(object_id)

        async def window(start: datetime, end: datetime) -> Sequence[HistoryRow]:
            return await self._overview.calls_of(agent.voice_user_id, start, end, MOST_ROWS)

        floor = self._clock() - OWN_REACH
        found = await _backwards(window, until, until + timedelta(seconds=1), OWN_SPANS, floor)
        return _HistoryPage(_one_a_call(found.rows), found.earlier)

    async def _pool(self, object_id: str, until: datetime) -> _HistoryPage:
        pools = {pool.id.lower() for pool in await self._agents.pools(await self._agents.agent(object_id))}

        async def window(start: datetime, end: datetime) -> Sequence[HistoryRow]:
            return [row for row in await self._of_pools.get((start, end)) if row.pool_id in pools]

        shared_end = until.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return await _backwards(window, until, shared_end, POOL_SPANS, self._clock() - POOL_REACH)

    async def _missed(self, object_id: str, rows: Sequence[HistoryRow]) -> int:
        agent = await self._agents.agent(object_id)
        since = await self._seen(agent.id)
        return sum(_result(one) == "missed" and one.started_at > since for one in rows)

    async def _seen(self, agent_id: UUID) -> datetime:
        row = await self._table.get(str(agent_id), SEEN)
        return row.values["seen"] if row else self._clock() - OWN_SPANS[0]

    async def _names(self, object_id: str, numbers: set[str]) -> dict[str, str]:
        """Of colleagues, however their number is written, and of customers whom the number alone identifies and this
        agent may read. Neither is waited for: without them the numbers are shown."""
        region = await self._settings.region()
        people = await self._colleagues()
        named = {key_of(number, region): one.name for one in people for number in numbers_of(one)}
        keys = {number: key_of(number, region) for number in numbers}
        of_colleagues = {number: named[key] for number, key in keys.items() if key and key in named}
        try:
            found = await self._readable.of(object_id, numbers - of_colleagues.keys())
        except Unavailable:
            return of_colleagues
        return of_colleagues | {number: one.only.name for number, one in found.items() if one.only}

    async def _colleagues(self) -> Sequence[VoicePerson]:
        try:
            return await self._directory.colleagues()
        except (Unavailable, Misconfigured, Forbidden, Missing, InvalidInput) as error:
            log.warning("colleagues are not named in a history", extra={"code": error.code})
            return ()


async def _backwards(
    window: Window, until: datetime, end: datetime, spans: Sequence[timedelta], floor: datetime
) -> _HistoryPage:
    """Rows before ``until``, newest first: window after window until one has rows, down to ``floor``."""
    rows: list[HistoryRow] = []
    for span in spans:
        start = end - span
        rows = [row for row in await window(start, end) if row.started_at < until]
        end = start
        if rows or end <= floor:
            break
    rows.sort(key=lambda row: row.started_at, reverse=True)
    return _HistoryPage(rows, end if end > floor else None)


def _one_a_call(rows: Sequence[HistoryRow]) -> list[HistoryRow]:
    """A call that rang one agent several times is one line: the one answered, else the latest."""
    found: dict[str, HistoryRow] = {}
    for row in rows:
        kept = found.get(row.call_id)
        if kept is None or (row.is_answered and not kept.is_answered):
            found[row.call_id] = row
    return sorted(found.values(), key=lambda row: row.started_at, reverse=True)


def _page(found: _HistoryPage) -> tuple[Sequence[HistoryRow], datetime | None]:
    """A page, which never ends between two calls of the same moment, and where the next begins."""
    rows = found.rows
    if len(rows) <= PAGE:
        return rows, found.earlier
    last = rows[PAGE - 1].started_at
    page = [row for row in rows if row.started_at >= last]
    return page, last if len(page) < len(rows) else found.earlier


def _entry(row: HistoryRow, name: str, scope: str) -> dict[str, Any]:
    recordings = f"/api/recordings/{quote(row.call_id, safe='')}/list" if row.is_work and row.is_recorded else None
    return {
        "callId": row.call_id,
        "direction": "outbound" if row.is_outgoing else "inbound",
        "result": row.result if scope == "pool" and row.result else _result(row),
        "number": row.number,
        "name": name,
        "pool": row.pool,
        "startedAt": to_iso(row.started_at),
        "duration_s": row.duration_s,
        "recording": recordings,
    }


def _result(row: HistoryRow) -> str:
    if row.is_answered:
        return "answered"
    if row.is_outgoing:
        return "not_answered"
    return "declined" if row.is_declined else "missed"


def _moment(text: str, name: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        raise InvalidInput("malformed-history", f"{name} is a time in ISO 8601") from None
