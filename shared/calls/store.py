"""The ``calls`` table: one partition per call; that of a callback request belongs to ``callbacks.attempts``.

{call}                  progress            how far its activity has come, one JSON document
                        phone-{agent}       notes, pick and callback request, as the phone reported
                        evt-{seq}-{kind}    what happened, while a pool's call goes on
going-on                {call}              a pool's call that has not ended yet
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from shared.calls.model import (
    ActivityProgress,
    ActivityStage,
    CallMemory,
    Edit,
    PhoneNote,
    PoolCallEvent,
    PoolCallEventKind,
)
from shared.clock import from_iso, to_iso
from shared.errors import Unavailable
from shared.identity.model import Customer, CustomerKind
from shared.storage.tables import Delete, Insert, Operation, Replace, Row, Table, Values
from shared.users.model import LinkedUser

PROGRESS = "progress"
PHONE = "phone-"
EVENT = "evt-"
GOING_ON = "going-on"


@dataclass(eq=False, repr=False)
class CallStore:
    """Progress is changed by compare-and-set: whoever loses a race gets Conflict and tries again later."""

    table: Table

    async def call(self, call_id: str) -> CallMemory:
        """Everything known of a call, in one short query."""
        rows = [row async for row in self.table.query(_key(call_id))]
        return CallMemory(
            call_id,
            progress=next((_to_progress(row) for row in rows if row.rk == PROGRESS), ActivityProgress()),
            phones=tuple(_to_note(row.rk, row.values) for row in rows if row.rk.startswith(PHONE)),
            events=tuple(_to_event(call_id, row) for row in rows if row.rk.startswith(EVENT)),
        )

    async def progress(self, call_id: str) -> ActivityProgress | None:
        """One point read."""
        row = await self.table.get(_key(call_id), PROGRESS)
        return _to_progress(row) if row else None

    async def save(self, call_id: str, progress: ActivityProgress) -> ActivityProgress:
        """Raises Conflict when another instance was faster."""
        row = Row(_key(call_id), PROGRESS, {"document": _json(_to_document(progress))}, progress.etag)
        written = await (self.table.replace(row) if progress.etag else self.table.insert(row))
        return replace(progress, etag=written.etag)

    async def note(self, call_id: str, agent: str, change: Callable[[PhoneNote | None], PhoneNote]) -> PhoneNote:
        """What an agent's phone reports, with ``change`` applied to what it has reported so far.

        Raises Unavailable ``call-contended`` when others keep changing it.
        """
        key = f"{PHONE}{agent}"

        def changed(values: Values | None) -> Values:
            note = change(_to_note(key, values) if values else None)
            return {"document": _json(_from_note(note)), "began_at": note.began_at}

        contended = Unavailable("call-contended", "the notes of a call are being changed by too many at once")
        return _to_note(key, (await self.table.update(_key(call_id), key, changed, contended=contended)).values)

    async def phone_note(self, call_id: str, agent: str) -> PhoneNote | None:
        """One point read."""
        row = await self.table.get(_key(call_id), f"{PHONE}{agent}")
        return _to_note(row.rk, row.values) if row else None

    async def phone_notes(self, call_id: str) -> Sequence[PhoneNote]:
        """Of all agents who have reported about the call."""
        rows = self.table.query(_key(call_id), rk_from=PHONE, rk_below=f"{PHONE}~")
        return [_to_note(row.rk, row.values) async for row in rows]

    async def received(self, event: PoolCallEvent) -> None:
        """Notes an event of a pool's call; the same one again changes nothing."""
        values = {
            "kind": event.kind,
            "at": event.at,
            "number": event.number,
            "pool": event.pool,
            "user": event.user_id,
            "terminal": event.terminal,
        }
        await self.table.put(Row(_key(event.call_id), _event_key(event), values))
        if event.kind is PoolCallEventKind.ENDED:
            await self.table.delete(GOING_ON, _key(event.call_id))
        elif event.kind is PoolCallEventKind.ARRIVED:
            await self.table.put(Row(GOING_ON, _key(event.call_id), {"since": event.at}))

    async def going_on(self) -> Mapping[str, datetime]:
        """Pool's calls that have arrived and not ended, as far as was reported, with the time of arrival."""
        return {unquote(row.rk): row.values["since"] async for row in self.table.query(GOING_ON)}

    async def ended(self, call_id: str) -> None:
        await self.table.delete(GOING_ON, _key(call_id))

    async def forget(self, call_id: str, progress: ActivityProgress) -> None:
        """What was known of a call that is no longer work goes, but for the fact that it was removed (H3).

        Raises Conflict when another instance was faster: the next reconciliation removes what that one made of it.
        """
        record = await self.call(call_id)
        removed = {"document": _json(_to_document(ActivityProgress(ActivityStage.REMOVED, rows_at=progress.rows_at)))}
        row = Row(_key(call_id), PROGRESS, removed, progress.etag)
        operations: list[Operation] = [
            Replace(row) if progress.etag else Insert(row),
            *(Delete(_key(call_id), _event_key(event)) for event in record.events),
            *(Delete(_key(call_id), f"{PHONE}{note.agent}") for note in record.phones),
        ]
        await self.table.transact(operations)


def _key(text: str) -> str:
    return quote(text, safe="")


def _event_key(event: PoolCallEvent) -> str:
    """The kind tells apart what has happened within the same millisecond, where that is all the order there is."""
    return f"{EVENT}{event.sequence:06d}-{event.kind}"


def _json(document: object) -> str:
    """Characters as they are: escaped, a long text of another script would take three times the room."""
    return json.dumps(document, ensure_ascii=False)


def _to_document(progress: ActivityProgress) -> dict[str, Any]:
    return {
        "stage": progress.stage,
        "verdict": progress.verdict,
        "version": progress.version,
        "written": dict(progress.written),
        "intended": [dict(one) for one in progress.intended],
        "left_alone": sorted(progress.left_alone),
        "customer": _from_customer(progress.customer),
        "users": {user.voice_user_id: [str(user.id), user.object_id] for user in progress.users.values()},
        "rows_at": to_iso(progress.rows_at) if progress.rows_at else None,
        "recording": progress.recording,
    }


def _to_progress(row: Row) -> ActivityProgress:
    document = json.loads(row.values["document"])
    return ActivityProgress(
        stage=ActivityStage(document["stage"]),
        verdict=document["verdict"],
        version=document["version"],
        written=document["written"],
        intended=tuple(document["intended"]),
        left_alone=frozenset(document["left_alone"]),
        customer=_to_customer(document.get("customer")),
        users={voice_id: _to_user(voice_id, *ids) for voice_id, ids in document.get("users", {}).items()},
        rows_at=from_iso(document["rows_at"]) if document["rows_at"] else None,
        recording=document.get("recording", ""),
        etag=row.etag,
    )


def _from_note(note: PhoneNote) -> dict[str, Any]:
    return {
        "notes": note.notes,
        "customer": _from_customer(note.customer),
        "callback_request": str(note.callback_request) if note.callback_request else None,
        "edit": [note.edit.page, note.edit.number] if note.edit else None,
    }


def _to_note(key: str, values: Values) -> PhoneNote:
    document = json.loads(values["document"])
    request, edit = document["callback_request"], document.get("edit")
    return PhoneNote(
        agent=key.removeprefix(PHONE),
        began_at=values["began_at"],
        notes=document["notes"],
        customer=_to_customer(document["customer"]),
        callback_request=UUID(request) if request else None,
        edit=Edit(*edit) if edit else None,
    )


def _from_customer(customer: Customer | None) -> dict[str, str] | None:
    return {"kind": customer.kind, "id": str(customer.id), "name": customer.name} if customer else None


def _to_customer(given: Mapping[str, str] | None) -> Customer | None:
    return Customer(CustomerKind(given["kind"]), UUID(given["id"]), given["name"]) if given else None


def _to_user(voice_id: str, user_id: str, object_id: str) -> LinkedUser:
    """As much of a user as a call of the past needs."""
    return LinkedUser(UUID(user_id), "", voice_id, "", "", object_id)


def _to_event(call_id: str, row: Row) -> PoolCallEvent:
    return PoolCallEvent(
        call_id=call_id,
        sequence=int(row.rk.removeprefix(EVENT).partition("-")[0]),
        kind=PoolCallEventKind(row.values["kind"]),
        at=row.values["at"],
        number=row.values["number"],
        pool=row.values["pool"],
        user_id=row.values["user"],
        terminal=row.values["terminal"],
    )
