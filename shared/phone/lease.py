"""Which of an agent's phones is the primary one (A4): one lease row an agent, decided by compare-and-set.

Table ``phones``, partition = the agent's Dynamics id, row ``session``. A phone holds the lease until ``until``; after
that it keeps it for as long as nobody else has asked. Giving it up empties ``session``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.clock import Clock, to_iso
from shared.errors import Conflict, Missing, Unavailable
from shared.storage.tables import Row, Table

LEASE_S = 25.0
"""Two heartbeats of ten seconds may be lost."""
ROW = "session"
ATTEMPTS = 5


@dataclass(frozen=True)
class Holder:
    """The phone that holds the lease, or held it last. ``client`` is how it described itself; ``claim`` tells pages
    apart that have the same session, one after another: a reload, a copy of a tab."""

    session_id: str
    client: str
    since: datetime
    last_seen: datetime
    until: datetime
    claim: str = ""


class SessionLeases:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def claim(self, agent_id: str, session_id: str, client: str, *, take_over: bool, claim: str = "") -> Holder:
        """Free, expired or his own already: his. Held by another, he has it only by ``take_over``, and only from whom
        he found there: of several that take over at once one wins.

        Raises Conflict ``phone-active-elsewhere`` with ``since``, ``lastSeen`` and ``client``.
        """
        found: Holder | None = None
        for attempt in range(ATTEMPTS):
            row = await self._table.get(agent_id, ROW)
            held = _to_holder(row) if row else None
            found = held if attempt == 0 else found
            now = self._clock()
            if held and self._is_held(held, session_id, now) and not (take_over and _is_same(held, found)):
                raise _elsewhere(held)
            is_his = held is not None and held.session_id == session_id
            since = held.since if held and is_his else now
            wanted = Holder(session_id, client, since, now, now + timedelta(seconds=LEASE_S), claim)
            if await self._written(agent_id, wanted, row):
                return wanted
        raise Unavailable("phone-contended", "too many phones of one agent ask for the same at once")

    async def renew(self, agent_id: str, session_id: str) -> Holder:
        """Raises Conflict ``phone-session-lost``."""
        for _ in range(ATTEMPTS):
            row = await self._table.get(agent_id, ROW)
            held = _own(row, session_id)
            now = self._clock()
            wanted = replace(held, last_seen=now, until=now + timedelta(seconds=LEASE_S))
            if await self._written(agent_id, wanted, row):
                return wanted
        raise Unavailable("phone-contended", "too many phones of one agent ask for the same at once")

    async def require(self, agent_id: str, session_id: str) -> None:
        """One point read. Raises Conflict ``phone-session-lost``."""
        _own(await self._table.get(agent_id, ROW), session_id)

    async def release(self, agent_id: str, session_id: str, claim: str = "") -> bool:
        """Whether it was his to give up: not any more where another page has claimed the session since ``claim``."""
        row = await self._table.get(agent_id, ROW)
        try:
            held = _own(row, session_id)
        except Conflict:
            return False
        if claim and held.claim != claim:
            return False
        now = self._clock()
        return await self._written(agent_id, Holder("", held.client, held.since, now, now), row)

    def _is_held(self, held: Holder, session_id: str, now: datetime) -> bool:
        return bool(held.session_id) and held.session_id != session_id and held.until > now

    async def _written(self, agent_id: str, wanted: Holder, before: Row | None) -> bool:
        """False when somebody was faster."""
        row = Row(agent_id, ROW, _values(wanted), before.etag if before else None)
        try:
            await (self._table.replace(row) if before else self._table.insert(row))
        except (Conflict, Missing):
            return False
        return True


def _own(row: Row | None, session_id: str) -> Holder:
    held = _to_holder(row) if row else None
    if held is None or held.session_id != session_id:
        raise Conflict("phone-session-lost", "this phone is not the primary one any more: open it anew")
    return held


def _is_same(held: Holder, found: Holder | None) -> bool:
    return found is not None and held.session_id == found.session_id


def _elsewhere(held: Holder) -> Conflict:
    details = {"since": to_iso(held.since), "lastSeen": to_iso(held.last_seen), "client": held.client}
    return Conflict("phone-active-elsewhere", "Webphone is already active in another window", details)


def _values(holder: Holder) -> dict[str, object]:
    return {
        "session": holder.session_id,
        "client": holder.client,
        "since": holder.since,
        "lastSeen": holder.last_seen,
        "until": holder.until,
        "claim": holder.claim,
    }


def _to_holder(row: Row) -> Holder:
    values = row.values
    return Holder(
        values["session"],
        values["client"],
        values["since"],
        values["lastSeen"],
        values["until"],
        values.get("claim", ""),
    )
