"""Notes and the pick of a customer from the agent's phone, before or after the end of a call (D3, D6, K4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared.bus.bus import Bus
from shared.calls.messages import noted
from shared.calls.model import QUEUE, Edit, PhoneNote
from shared.calls.store import CallStore
from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.errors import InvalidInput, Misconfigured, Missing
from shared.identity.model import Customer, CustomerKind
from shared.identity.records import KEYS, NAMES
from shared.outside import is_call_id
from shared.phone.requests import OWN_ID
from shared.text import cleaned, cut

FIELDS = {"notes", "customer", "callbackRequest"}
LATEST = 2**31


@dataclass(eq=False, repr=False)
class CallNotes:
    store: CallStore
    dataverse: Dataverse
    absent: AbsentColumns
    bus: Bus
    clock: Clock

    async def take(self, call_id: str, object_id: str, body: object) -> PhoneNote:
        """``{notes?, edit?: {page, number}, customer?: {kind, id} | null, callbackRequest?: id | null}``; what is not
        named stays as it was, and so do notes of which the page has sent a later edit already.

        Gives what this agent has reported of the call so far. Raises InvalidInput ``malformed-notes``,
        ``customer-unknown`` or ``callback-request-unknown``: agents may name only rows that they may read.
        """
        if not isinstance(body, Mapping) or not FIELDS & body.keys() or not is_call_id(call_id):
            raise _malformed("a JSON object with notes, customer or callbackRequest")
        changes: dict[str, Any] = {
            **({"notes": _notes(body["notes"]), "edit": _edit(body.get("edit"))} if "notes" in body else {}),
            **({"customer": await self._customer(body["customer"], object_id)} if "customer" in body else {}),
            **(
                {"callback_request": await self._request(body["callbackRequest"], object_id)}
                if "callbackRequest" in body
                else {}
            ),
        }
        now = self.clock()
        note = await self.store.note(
            call_id, object_id, lambda before: _changed(before or PhoneNote(object_id, now), changes)
        )
        check, delay_s = noted(call_id, self.clock())
        await self.bus.send(QUEUE, check, delay_s=delay_s)
        return note

    async def _customer(self, given: object, object_id: str) -> Customer | None:
        if given is None:
            return None
        try:
            kind, row_id = CustomerKind(str(given["kind"])), UUID(str(given["id"]))  # type: ignore[index]
        except (KeyError, ValueError, TypeError):
            raise _malformed("customer is null or {kind: contact, account or lead, id: a GUID}") from None
        column = NAMES[kind]
        row = await self._read(f"{names.ENTITY_SETS[kind]}({row_id})", f"{KEYS[kind]},{column}", object_id)
        if row is None:
            raise InvalidInput("customer-unknown", f"Dynamics has no such {kind}, or you may not read it")
        return Customer(kind, row_id, str(row.get(column) or ""))

    async def _request(self, given: object, object_id: str) -> UUID | None:
        """Where the environment has no column that marks callback requests, any activity is taken."""
        row_id = _guid_or_none(given)
        if row_id is None:
            return None

        async def is_request(absent: Collection[str]) -> bool:
            column = "activityid" if names.CALLBACK_ID in absent else names.CALLBACK_ID
            row = await self._read(f"{names.PHONECALLS}({row_id})", column, object_id)
            return row is not None and bool(row.get(column))

        if not await self.absent.doing_without(is_request):
            raise InvalidInput("callback-request-unknown", "Dynamics has no such callback request, or not for you")
        return row_id

    async def _read(self, path: str, columns: str, object_id: str) -> Mapping[str, Any] | None:
        """A row as the agent sees it, None when it is hidden from them."""
        try:
            return await self.dataverse.get(path, {"$select": columns}, reader=UUID(object_id))
        except Missing:
            return None
        except Misconfigured as error:
            if error.code != "dataverse-forbidden":
                raise
            return None


def _notes(given: object) -> str:
    """Lengths are counted as Dataverse counts them."""
    notes = cleaned(given) if isinstance(given, str) else None
    if notes is None or cut(notes, names.DESCRIPTION_LENGTH) != notes:
        raise _malformed(f"notes are a text of at most {names.DESCRIPTION_LENGTH} UTF-16 units")
    return notes


def _changed(note: PhoneNote, changes: Mapping[str, Any]) -> PhoneNote:
    """A request that comes late, after its page has sent what was typed since, does not bring back the older notes."""
    edit: Edit | None = changes.get("edit")
    if edit and edit.is_older(note.edit):
        changes = {name: value for name, value in changes.items() if name not in {"notes", "edit"}}
    return replace(note, **changes)


def _edit(given: object) -> Edit | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise _malformed("edit is {page, number}")
    page, number = given.get("page"), given.get("number")
    if not isinstance(page, str) or not OWN_ID.fullmatch(page) or type(number) is not int or not 0 <= number < LATEST:
        raise _malformed("edit is {page, number}: an id of the page's own making, and a count")
    return Edit(page, number)


def _guid_or_none(given: object) -> UUID | None:
    try:
        return None if given is None else UUID(str(given))
    except ValueError:
        raise _malformed("callbackRequest is null or the GUID of an activity") from None


def _malformed(wanted: str) -> InvalidInput:
    return InvalidInput("malformed-notes", wanted)
