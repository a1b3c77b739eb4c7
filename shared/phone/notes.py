"""Notes and the pick of a customer from the agent's phone, before or after the end of a call (D3, D6, K4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

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
from shared.text import cleaned, cut
from shared.validation import Guid, read


class NotesText(str):
    """Without control characters. Lengths are counted as Dataverse counts them."""

    __slots__ = ()

    def __new__(cls, given: object) -> Self:
        notes = cleaned(given) if isinstance(given, str) else None
        if notes is None or cut(notes, names.DESCRIPTION_LENGTH) != notes:
            raise ValueError(f"a text of at most {names.DESCRIPTION_LENGTH} UTF-16 units")
        return super().__new__(cls, notes)


class Pick(Struct, frozen=True):
    """The customer that the agent has picked."""

    kind: CustomerKind
    id: Annotated[Guid, Meta(description="a GUID")]


class Noted(Struct, frozen=True, rename="camel"):
    """What a phone reports of a call; what is not named stays as it was."""

    notes: NotesText | UnsetType = UNSET
    edit: Annotated[Edit | None, Meta(description="{page, number}")] = None
    customer: Annotated[
        Pick | UnsetType | None, Meta(description="null or {kind: contact, account or lead, id: a GUID}")
    ] = UNSET
    callback_request: Annotated[Guid | UnsetType | None, Meta(description="null or the GUID of an activity")] = UNSET

    def __post_init__(self) -> None:
        if self.notes is self.customer is self.callback_request is UNSET:
            raise ValueError("a JSON object with notes, customer or callbackRequest is expected")


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
        if not is_call_id(call_id):
            raise InvalidInput("malformed-notes", "a call is named by its id")
        given = read(Noted, body, "malformed-notes")
        changes: dict[str, Any] = {}
        if given.notes is not UNSET:
            changes |= {"notes": given.notes, "edit": given.edit}
        if given.customer is not UNSET:
            changes["customer"] = given.customer and await self._customer(given.customer, object_id)
        if given.callback_request is not UNSET:
            changes["callback_request"] = given.callback_request
            await self._require_request(given.callback_request, object_id)
        now = self.clock()
        note = await self.store.note(
            call_id, object_id, lambda before: _changed(before or PhoneNote(object_id, now), changes)
        )
        check, delay_s = noted(call_id, self.clock())
        await self.bus.send(QUEUE, check, delay_s=delay_s)
        return note

    async def _customer(self, pick: Pick, object_id: str) -> Customer:
        column = NAMES[pick.kind]
        row = await self._read(f"{names.ENTITY_SETS[pick.kind]}({pick.id})", f"{KEYS[pick.kind]},{column}", object_id)
        if row is None:
            raise InvalidInput("customer-unknown", f"Dynamics has no such {pick.kind}, or you may not read it")
        return Customer(pick.kind, pick.id, str(row.get(column) or ""))

    async def _require_request(self, row_id: UUID | None, object_id: str) -> None:
        """Where the environment has no column that marks callback requests, any activity is taken."""
        if row_id is None:
            return

        async def is_request(absent: Collection[str]) -> bool:
            column = "activityid" if names.CALLBACK_ID in absent else names.CALLBACK_ID
            row = await self._read(f"{names.PHONECALLS}({row_id})", column, object_id)
            return row is not None and bool(row.get(column))

        if not await self.absent.doing_without(is_request):
            raise InvalidInput("callback-request-unknown", "Dynamics has no such callback request, or not for you")

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


def _changed(note: PhoneNote, changes: Mapping[str, Any]) -> PhoneNote:
    """A request that comes late, after its page has sent what was typed since, does not bring back the older notes."""
    edit: Edit | None = changes.get("edit")
    if edit and edit.is_older(note.edit):
        changes = {name: value for name, value in changes.items() if name not in {"notes", "edit"}}
    return replace(note, **changes)
