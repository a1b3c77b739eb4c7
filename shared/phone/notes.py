"""Notes and the pick of a customer from the agent's phone, before or after the end of a call (D3, D6, K4)."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from shared.bus.bus import Bus
from shared.calls.model import QUEUE, PhoneNote, is_call_id
from shared.calls.store import CallStore
from shared.calls.telling import check_wanted
from shared.clock import Clock, to_iso
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import Conflict, InvalidInput, Missing, Unavailable
from shared.identity.model import Customer, CustomerKind
from shared.identity.records import KEYS, NAMES
from shared.text import cleaned

ATTEMPTS = 5
FIELDS = {"notes", "customer", "callbackRequest"}


class CallNotes:
    def __init__(self, store: CallStore, dataverse: Dataverse, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._dataverse = dataverse
        self._bus = bus
        self._clock = clock

    async def take(self, call_id: str, user_id: str, body: object) -> PhoneNote:
        """``{notes?, customer?: {kind, id} | null, callbackRequest?: id | null}``; what is not named stays as it was.

        Raises InvalidInput ``malformed-notes`` or ``customer-unknown``.
        """
        if not isinstance(body, Mapping) or not FIELDS & body.keys() or not is_call_id(call_id):
            raise _malformed("a JSON object with notes, customer or callbackRequest")
        changes = {
            **({"customer": await self._customer(body["customer"])} if "customer" in body else {}),
            **({"callback_request": _guid_or_none(body["callbackRequest"])} if "callbackRequest" in body else {}),
        }
        for _ in range(ATTEMPTS):
            note = await self._store.phone_note(call_id) or PhoneNote()
            changed = replace(note, **changes)  # type: ignore[arg-type]
            if "notes" in body:
                changed = replace(changed, notes={**changed.notes, user_id: _notes(body["notes"])})
            try:
                await self._store.note(call_id, changed)
            except Conflict:
                continue
            now = self._clock()
            await self._bus.send(QUEUE, check_wanted(call_id, 0, now, f"phone-{to_iso(now)}"))
            return changed
        raise Unavailable("call-contended", "the notes of a call are being changed by too many at once")

    async def _customer(self, given: object) -> Customer | None:
        if given is None:
            return None
        try:
            kind, row_id = CustomerKind(str(given["kind"])), UUID(str(given["id"]))  # type: ignore[index]
        except (KeyError, ValueError, TypeError):
            raise _malformed("customer is null or {kind: contact, account or lead, id: a GUID}") from None
        column = NAMES[kind]
        try:
            row = await self._dataverse.get(
                f"{names.ENTITY_SETS[kind]}({row_id})", {"$select": f"{KEYS[kind]},{column}"}
            )
        except Missing:
            raise InvalidInput("customer-unknown", f"Dynamics has no such {kind}") from None
        return Customer(kind, row_id, str(row.get(column) or ""))


def _notes(given: object) -> str:
    if not isinstance(given, str) or len(given) > names.DESCRIPTION_LENGTH:
        raise _malformed(f"notes are a text of at most {names.DESCRIPTION_LENGTH} characters")
    return cleaned(given)


def _guid_or_none(given: object) -> UUID | None:
    try:
        return None if given is None else UUID(str(given))
    except ValueError:
        raise _malformed("callbackRequest is null or the GUID of an activity") from None


def _malformed(wanted: str) -> InvalidInput:
    return InvalidInput("malformed-notes", wanted)
