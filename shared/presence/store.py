"""The ``presence`` table: partition ``agent``, one row per agent, one JSON document each."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.clock import from_iso
from shared.errors import Unavailable
from shared.presence.model import (
    AgentCall,
    AgentState,
    Availability,
    Episode,
    PresenceShown,
    Purpose,
    Side,
    Write,
    WriteFault,
)
from shared.statuses import Presence, StatusKind
from shared.storage.tables import Row, Table, Values

PARTITION = "agent"


@dataclass(eq=False, repr=False)
class PresenceStore:
    """Changed by compare-and-set: whoever loses a race gets Conflict and reads again."""

    table: Table

    async def load(self, agent_id: str) -> AgentState:
        row = await self.table.get(PARTITION, agent_id)
        return to_state(row) if row else AgentState()

    async def save(self, agent_id: str, state: AgentState) -> AgentState:
        """Raises Conflict when another instance was faster."""
        row = Row(PARTITION, agent_id, _values(state), state.etag)
        written = await (self.table.replace(row) if state.etag else self.table.insert(row))
        return replace(state, etag=written.etag)

    async def update(self, agent_id: str, change: Callable[[AgentState], AgentState]) -> AgentState:
        """The state with ``change`` applied. Raises Unavailable ``presence-contended``."""

        def changed(values: Values | None) -> Values | None:
            before = _state(values) if values else AgentState()
            after = change(before)
            return values if after == before else _values(after)

        contended = Unavailable("presence-contended", "too many are at the same agent")
        row = await self.table.update(PARTITION, agent_id, changed, contended=contended)
        return to_state(row) if row else AgentState()

    async def all(self) -> Mapping[str, AgentState]:
        return {row.rk: to_state(row) async for row in self.table.query(PARTITION)}


def to_document(state: AgentState) -> dict[str, Any]:
    return {
        "phone": _from_availability(state.phone),
        "omnichannel": _from_shown(state.omnichannel),
        "calls": {
            call_id: [call.sequence, call.lease_until.isoformat(), call.by_phone, call.ended]
            for call_id, call in state.calls.items()
        },
        "episode": _from_episode(state.episode),
        "pending": [_from_write(write) for write in state.pending],
        "written": state.written and _from_write(state.written),
        "overwritten_at": _from_moment(state.overwritten_at),
        "abandoned": state.abandoned and _from_write(state.abandoned),
        "presence_before_timed_status": _from_presence(state.presence_before_timed_status),
        "faults": [[fault.side, fault.code, fault.since.isoformat(), fault.times] for fault in state.faults],
        "reported": _from_shown(state.reported),
        "last_user_change_at": _from_moment(state.last_user_change_at),
        "changes": state.changes,
        "signs_in": state.signs_in,
    }


def _values(state: AgentState) -> Values:
    return {"document": json.dumps(to_document(state), ensure_ascii=False)}


def to_state(row: Row) -> AgentState:
    return replace(_state(row.values), etag=row.etag)


def _state(values: Values) -> AgentState:
    document = json.loads(values["document"])
    return AgentState(
        phone=_to_availability(document["phone"]),
        omnichannel=_to_shown(document["omnichannel"]),
        calls={
            call_id: AgentCall(sequence, from_iso(until), by_phone, ended)
            for call_id, (sequence, until, by_phone, ended) in document["calls"].items()
        },
        episode=_to_episode(document["episode"]),
        pending=tuple(_to_write(one) for one in document["pending"]),
        written=_to_write(document["written"]) if document["written"] else None,
        overwritten_at=_to_moment(document["overwritten_at"]),
        abandoned=_to_write(document["abandoned"]) if document["abandoned"] else None,
        presence_before_timed_status=_to_presence(document["presence_before_timed_status"]),
        faults=tuple(WriteFault(Side(side), code, from_iso(at), times) for side, code, at, times in document["faults"]),
        reported=_to_shown(document.get("reported")),
        last_user_change_at=_to_moment(document["last_user_change_at"]),
        changes=document["changes"],
        signs_in=document.get("signs_in", False),
    )


def _from_moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _to_moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None


def _from_presence(presence: Presence | None) -> list[str] | None:
    return [presence.id, presence.kind, presence.text] if presence else None


def _to_presence(given: list[str] | None) -> Presence | None:
    return Presence(given[0], StatusKind(given[1]), given[2]) if given else None


def _from_shown(shown: PresenceShown | None) -> list[Any] | None:
    return [_from_presence(shown.presence), _from_moment(shown.at), shown.by] if shown else None


def _to_shown(given: list[Any] | None) -> PresenceShown | None:
    presence = _to_presence(given[0]) if given else None
    return PresenceShown(presence, _to_moment(given[1]), given[2]) if given and presence else None


def _from_episode(episode: Episode | None) -> list[Any] | None:
    return [_from_presence(episode.before), episode.is_set] if episode else None


def _to_episode(given: list[Any] | None) -> Episode | None:
    return Episode(_to_presence(given[0]), given[1]) if given else None


def _from_availability(one: Availability | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "event": one.event_id,
        "kind": one.kind,
        "status": one.status,
        "note": one.note,
        "since": _from_moment(one.since),
        "ends_at": _from_moment(one.ends_at),
    }


def _to_availability(given: dict[str, Any] | None) -> Availability | None:
    if given is None:
        return None
    return Availability(
        event_id=given["event"],
        kind=StatusKind(given["kind"]),
        status=given["status"],
        note=given["note"],
        since=_to_moment(given["since"]),
        ends_at=_to_moment(given["ends_at"]),
    )


def _from_write(write: Write) -> dict[str, Any]:
    return {
        "side": write.side,
        "purpose": write.purpose,
        "cause": write.cause,
        "decided_at": _from_moment(write.decided_at),
        "caused_at": _from_moment(write.caused_at),
        "held_until": _from_moment(write.held_until),
        "presence": _from_presence(write.presence),
        "kind": write.kind,
        "tried": write.tried,
        "doubtful": write.doubtful,
    }


def _to_write(given: dict[str, Any]) -> Write:
    return Write(
        side=Side(given["side"]),
        purpose=Purpose(given["purpose"]),
        cause=given["cause"],
        decided_at=from_iso(given["decided_at"]),
        caused_at=from_iso(given["caused_at"]),
        held_until=from_iso(given["held_until"]),
        presence=_to_presence(given["presence"]),
        kind=StatusKind(given["kind"]) if given["kind"] else None,
        tried=given["tried"],
        doubtful=given["doubtful"],
    )
