"""Which of an agent's phones is the primary one (A4): one lease row an agent, decided by compare-and-set.

Table ``phones``, partition = the agent's Dynamics id, row ``session``. A phone holds the lease until ``until``; after
that it keeps it for as long as nobody else has asked. Giving it up empties ``session`` and names it in ``left``.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.clock import Clock, to_iso
from shared.errors import Conflict, Unavailable
from shared.storage.tables import Table, Values

LEASE_S = 25.0
"""Two heartbeats of ten seconds may be lost."""
ROW = "session"


@dataclass(frozen=True)
class Holder:
    """The phone that holds the lease, or held it last. ``client`` is how it described itself; ``claim`` tells pages
    apart that have the same session, one after another: a reload, a copy of a tab. ``left`` is the session that gave
    the lease up, until the next claim."""

    session_id: str
    client: str
    since: datetime
    last_seen: datetime
    until: datetime
    claim: str = ""
    left: str = ""


@dataclass(eq=False, repr=False)
class SessionLeases:
    table: Table
    clock: Clock

    async def claim(self, agent_id: str, session_id: str, client: str, *, take_over: bool, claim: str = "") -> Holder:
        """Gives a session the lease that is free, expired or its own already. Held by another one, it is given only by
        ``take_over``, and only from the holder that was found: of several that take over at once one wins.

        Raises Conflict ``phone-active-elsewhere`` with ``since``, ``lastSeen`` and ``client``.
        """
        seen: list[Holder | None] = []

        def claimed(values: Values | None) -> Values:
            held = _to_holder(values) if values else None
            seen.append(held)
            now = self.clock()
            if held and self._is_held(held, session_id, now) and not (take_over and _is_same(held, seen[0])):
                raise _elsewhere(held)
            is_own = held is not None and held.session_id == session_id
            since = held.since if held and is_own else now
            return _values(Holder(session_id, client, since, now, now + timedelta(seconds=LEASE_S), claim))

        return await self._update(agent_id, claimed)

    async def renew(self, agent_id: str, session_id: str) -> Holder:
        """Raises Conflict ``phone-session-lost``."""

        def renewed(values: Values | None) -> Values:
            now = self.clock()
            return _values(replace(_own(values, session_id), last_seen=now, until=now + timedelta(seconds=LEASE_S)))

        return await self._update(agent_id, renewed)

    async def require(self, agent_id: str, session_id: str) -> None:
        """One point read. Raises Conflict ``phone-session-lost``."""
        row = await self.table.get(agent_id, ROW)
        _own(row.values if row else None, session_id)

    async def release(self, agent_id: str, session_id: str, claim: str = "") -> bool:
        """Whether the session still had it: not any more where another page has claimed the session since ``claim``.

        Again it is the same, as long as nobody has claimed: who was cut off can end what the lease was for.
        """

        def released(values: Values | None) -> Values:
            held, now = _own(values, session_id, has_left=True), self.clock()
            if claim and held.claim != claim:
                raise _lost()
            return _values(Holder("", held.client, held.since, now, now, held.claim, session_id))

        try:
            await self._update(agent_id, released)
        except Conflict:
            return False
        return True

    def _is_held(self, held: Holder, session_id: str, now: datetime) -> bool:
        return bool(held.session_id) and held.session_id != session_id and held.until > now

    async def _update(self, agent_id: str, change: Callable[[Values | None], Values]) -> Holder:
        contended = Unavailable("phone-contended", "too many phones of one agent ask for the same at once")
        row = await self.table.update(agent_id, ROW, change, contended=contended)
        return _to_holder(row.values)


def _own(values: Values | None, session_id: str, *, has_left: bool = False) -> Holder:
    held = _to_holder(values) if values else None
    is_left = has_left and held is not None and not held.session_id and held.left == session_id
    if held is None or not (held.session_id == session_id or is_left):
        raise _lost()
    return held


def _lost() -> Conflict:
    return Conflict("phone-session-lost", "this phone is not the primary one any more: open it again")


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
        "left": holder.left,
    }


def _to_holder(values: Values) -> Holder:
    return Holder(
        values["session"],
        values["client"],
        values["since"],
        values["lastSeen"],
        values["until"],
        values.get("claim", ""),
        values.get("left", ""),
    )
