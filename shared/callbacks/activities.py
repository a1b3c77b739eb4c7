"""Callback requests as Dynamics sees them: phonecall activities in a queue (F2, F4)."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.callbacks.model import SUBJECT
from shared.clock import to_iso
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.model import Change
from shared.enreach.model import Callback
from shared.errors import Conflict, Misconfigured, Missing, Unavailable
from shared.identity.model import Customer
from shared.ids import dataverse_id
from shared.storage.races import win
from shared.text import cut, shortened

LONGEST_NOTE = names.DESCRIPTION_LENGTH * 3 // 4
"""Of a repeat, where not all fits: some of what was there before stays."""


@dataclass(eq=False, repr=False)
class CallbackActivities:
    """Creates and counts callback requests; every write may be repeated, and does without columns Dynamics lacks."""

    dataverse: Dataverse
    absent: AbsentColumns

    def activity_id(self, callback_id: str) -> UUID:
        return dataverse_id(self.dataverse.url, "callback", callback_id)

    async def create(self, activity_id: UUID, callback: Callback, queue_id: UUID, customer: Customer | None) -> None:
        """One request: the activity and its queue item, both or none. Being there already is success.

        Raises Misconfigured ``callback-queue-unknown`` when the queue is not there.
        """
        try:
            await self._write(activity_id, callback, queue_id, customer)
        except Missing:
            if not await self._queue_exists(queue_id):
                raise Misconfigured(
                    "callback-queue-unknown", f"the profile's queue {queue_id} does not exist in Dynamics"
                ) from None
            # The customer was deleted after the index read it: then nobody is identified.
            await self._write(activity_id, callback, queue_id, None)

    async def count(
        self, activity_id: UUID, repeat: Callback, requests: Callable[[], Awaitable[Sequence[datetime]]]
    ) -> bool:
        """Writes number and time of the requests on an activity, and what the repeat says; False when it is not open.

        The requests are read after the activity's version, so that of two writers the later has counted both.
        """
        path = f"{names.PHONECALLS}({activity_id})"

        async def counted(absent: Collection[str]) -> bool:
            row = await self.dataverse.get(path, {"$select": f"{names.STATECODE},description"})
            if row[names.STATECODE] != names.STATE_OPEN:
                return False
            times = await requests()
            body: dict[str, object] = {
                names.REQUEST_COUNT: len(times),
                names.LAST_REQUESTED_ON: to_iso(max(times)),
                **_with_note(str(row.get("description") or ""), repeat),
            }
            await self.dataverse.update(path, _less(body, absent), if_match=str(row["@odata.etag"]))
            return True

        contended = Unavailable("callback-contended", "too many change one callback request")
        try:
            return await win(lambda: self.absent.doing_without(counted), contended)
        except Missing:
            return False

    async def _write(self, activity_id: UUID, callback: Callback, queue_id: UUID, customer: Customer | None) -> None:
        item_id = dataverse_id(self.dataverse.url, "callback-queue-item", callback.id)
        path, activity = f"{names.PHONECALLS}({activity_id})", _activity(callback, customer)
        item_path, item = f"{names.QUEUEITEMS}({item_id})", _queue_item(activity_id, queue_id)

        async def write(absent: Collection[str]) -> None:
            created = Change("PATCH", path, _less(activity, absent), if_none_match="*")
            await self.dataverse.transact([created, Change("PATCH", item_path, item, if_none_match="*")])

        try:
            await self.absent.doing_without(write)
        except Conflict as conflict:
            if conflict.code != "dataverse-exists":
                raise

    async def _queue_exists(self, queue_id: UUID) -> bool:
        try:
            await self.dataverse.get(f"{names.QUEUES}({queue_id})", {"$select": "queueid"})
        except Missing:
            return False
        return True


def _less(body: dict[str, object], absent: Collection[str]) -> dict[str, object]:
    return {name: value for name, value in body.items() if name not in absent}


def _with_note(description: str, repeat: Callback) -> dict[str, object]:
    """The description with the note of a repeat as its last line, once. Where there is no room for all of it the
    middle of what was there is left out, and that of a very long note too; both show."""
    line = f"{repeat.created_at:%Y-%m-%d %H:%M:%S} UTC: {repeat.note}"
    brief = shortened(line, LONGEST_NOTE)
    if not repeat.note or line in description or brief in description:
        return {}
    longer = f"{description}\n{line}".lstrip("\n")
    if shortened(longer, names.DESCRIPTION_LENGTH) != longer:
        longer = shortened(f"{description}\n{brief}".lstrip("\n"), names.DESCRIPTION_LENGTH, last=brief)
    return {"description": longer}


def _activity(callback: Callback, customer: Customer | None) -> dict[str, object]:
    body: dict[str, object] = {
        "subject": SUBJECT,
        "directioncode": names.INCOMING,
        "phonenumber": cut(callback.caller_number, names.PHONENUMBER_LENGTH),
        "description": shortened(callback.note, names.DESCRIPTION_LENGTH),
        names.CALLBACK_ID: callback.id,
        names.CALLBACK_LIST: cut(callback.list_id, names.CALLBACK_LIST_LENGTH),
        names.REQUEST_COUNT: 1,
        names.LAST_REQUESTED_ON: to_iso(callback.created_at),
        names.ATTEMPT_COUNT: 0,
    }
    if customer:
        reference = f"/{names.ENTITY_SETS[customer.kind]}({customer.id})"
        body[f"regardingobjectid_{customer.kind}_phonecall@odata.bind"] = reference
        body["phonecall_activity_parties"] = [
            {"participationtypemask": names.PARTY_FROM, f"partyid_{customer.kind}@odata.bind": reference}
        ]
    return body


def _queue_item(activity_id: UUID, queue_id: UUID) -> dict[str, object]:
    return {
        "queueid@odata.bind": f"/{names.QUEUES}({queue_id})",
        "objectid_phonecall@odata.bind": f"/{names.PHONECALLS}({activity_id})",
    }
