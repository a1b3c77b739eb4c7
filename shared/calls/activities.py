"""Writes the activity of a call (D3), and never over a person (G4): what somebody has changed stays as they left it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any
from uuid import UUID

from shared.calls.activity_mapping import PARTIES, REGARDING, Columns, to_body
from shared.calls.merge import BLANK_SUBJECT, STATE, Wanted, appended, merge, without
from shared.calls.model import DELETED, ActivityProgress, ActivityStage
from shared.calls.normalise import DESCRIPTION, canonical, mark, marks
from shared.calls.rows import PhonecallRows, nothing_to_blame, without_gone
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.model import Change
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Unavailable
from shared.ids import dataverse_id

ATTEMPTS = 6
EXISTING_AT_ONCE = 100
"""Keeps the address short of what proxies on the way take."""
NOTED = "noted"
"""In ``written``, beside the columns: the notes that have been put below a person's own text."""
APPENDED = "appended"
"""The same as they stand there, cut where there was no more room."""
REOPENED = {names.STATECODE: names.STATE_OPEN, names.STATUSCODE: names.STATUS_OPEN}


Alone = Callable[[], Awaitable[None]]
"""Raises Conflict when another instance is at the same call: what it has written must not be taken for a person's."""


@dataclass(frozen=True)
class Standing:
    """How an activity stands in Dynamics."""

    is_open: bool
    is_regarded: bool


class CallActivities:
    """One activity per call: its key is made of the call's id, so that nobody can make a second one (K2, H5)."""

    def __init__(self, dataverse: Dataverse, absent: AbsentColumns) -> None:
        self._dataverse = dataverse
        self._absent = absent
        self._rows = PhonecallRows(dataverse, absent)

    def activity_id(self, call_id: str) -> UUID:
        return dataverse_id(self._dataverse.url, "call", call_id)

    async def bring_up(
        self, call_id: str, wanted: Wanted, progress: ActivityProgress, alone: Alone
    ) -> ActivityProgress:
        """Creates the activity or brings it up to date, as far as persons have left it to us.

        ``progress.intended`` is what runs before this one, perhaps cut off, were about to write. Raises Conflict when
        ``alone`` does, Unavailable ``call-contended`` when others keep writing.
        """
        path = self._path(call_id)
        if not progress.has_activity:
            try:
                return await self._create(path, wanted, progress)
            except Conflict:
                # Ours, from before a crash: what it was to say is noted in ``intended``.
                progress = replace(progress, stage=ActivityStage.OPEN, version="")
        for _ in range(ATTEMPTS):
            if progress.stage is ActivityStage.FINAL:
                return progress
            try:
                progress = await self._append(path, wanted, progress, alone)
                progress = await self._with_regarding(path, wanted, progress, alone)
                return await self._update(path, wanted, progress)
            except Conflict:
                progress = await self._reconcile(path, wanted, progress, alone)
            except Missing as error:
                wanted, progress = await self._less_what_is_gone(path, wanted, progress, error)
            except InvalidInput:
                if STATE not in progress.left_alone:
                    raise
                return replace(progress, stage=ActivityStage.FINAL, verdict="completed by a person")
        raise Unavailable("call-contended", "the activity of a call is being changed by too many at once")

    async def existing(self, call_ids: Collection[str]) -> Mapping[str, Standing]:
        """The calls that have their activity in Dynamics, at one request per hundred calls."""
        ids = {str(self.activity_id(call_id)): call_id for call_id in call_ids}
        found: dict[str, Standing] = {}
        for part in batched(ids, EXISTING_AT_ONCE, strict=False):
            listed = ",".join(f"'{one}'" for one in part)
            wanted = f"Microsoft.Dynamics.CRM.In(PropertyName='activityid',PropertyValues=[{listed}])"
            query = {"$select": f"activityid,{STATE},_{REGARDING}_value", "$filter": wanted}
            for row in await self._dataverse.every(names.PHONECALLS, query):
                there = Standing(row[STATE] == names.STATE_OPEN, row.get(f"_{REGARDING}_value") is not None)
                found[ids[str(row["activityid"]).lower()]] = there
        return found

    async def is_there(self, call_id: str) -> bool:
        """Asked by its key: a list leaves out what may not be read, as if it had been deleted; this says forbidden."""
        try:
            return await self._rows.is_there(self._path(call_id))
        except Misconfigured as error:
            if error.code != "dataverse-forbidden":
                raise
            return True

    async def remove(self, call_id: str) -> None:
        """The call is no longer work: its activity goes, whoever has written in it (H3)."""
        await self._dataverse.delete(self._path(call_id))

    async def blank(self, call_id: str, progress: ActivityProgress) -> None:
        """The call is no longer work: its activity stays, completed, and says nothing any more (H3)."""
        path = self._path(call_id)
        try:
            row = await self._rows.read(path)
        except Missing:
            return
        status = names.STATUS_MADE if row.get("directioncode") else names.STATUS_RECEIVED
        before = {name: value for one in (*progress.intended, progress.written) for name, value in one.items() if value}
        values: Columns = {**dict.fromkeys(BLANKED), "subject": BLANK_SUBJECT, PARTIES: []}

        def changes(absent: Collection[str], _as_agent: bool) -> Sequence[Change]:
            body = to_body(without(values, absent), before)
            reopened = Change("PATCH", path, REOPENED, if_match="*")
            return [reopened, Change("PATCH", path, body, if_match="*"), _completion(path, status)]

        await self._rows.transact(changes)

    def _path(self, call_id: str) -> str:
        return f"{names.PHONECALLS}({self.activity_id(call_id)})"

    async def _create(self, path: str, wanted: Wanted, progress: ActivityProgress) -> ActivityProgress:
        values = {name: value for name, value in wanted.values.items() if value is not None}

        def changes(absent: Collection[str], as_agent: bool) -> Sequence[Change]:
            caller = wanted.caller if as_agent else None
            body = to_body(without(values, absent))
            row = Change("PATCH", _returning(path), body, if_none_match="*", caller=caller, returning=True)
            return [row, *([_completion(path, wanted.status)] if wanted.completes(values) else [])]

        try:
            rows = await self._rows.transact(changes)
        except Missing as error:
            gone = await self._rows.gone_among(values)
            if not gone:
                raise nothing_to_blame(error) from error
            values = without_gone(values, gone)
            rows = await self._rows.transact(changes)
        return _done(progress, marks(values), rows[-1], completed=wanted.completes(values))

    async def _less_what_is_gone(
        self, path: str, wanted: Wanted, progress: ActivityProgress, error: Missing
    ) -> tuple[Wanted, ActivityProgress]:
        """A row is missing: the activity itself, which a person has deleted, or one that it was to point to."""
        if not await self._rows.is_there(path):
            return wanted, replace(progress, stage=ActivityStage.FINAL, verdict=DELETED)
        gone = await self._rows.gone_among(merge(progress, wanted).values)
        if not gone:
            raise nothing_to_blame(error) from error
        return replace(wanted, values=without_gone(wanted.values, gone)), progress

    async def _update(self, path: str, wanted: Wanted, progress: ActivityProgress) -> ActivityProgress:
        if not progress.version:
            raise Conflict("dataverse-changed", "the version of the activity is not known")
        changes = merge(progress, wanted)
        if changes.are_none(await self._rows.absent()):
            return progress

        def requests(absent: Collection[str], _as_agent: bool) -> Sequence[Change]:
            body = to_body(without(changes.values, absent), progress.written)
            row = Change("PATCH", _returning(path), body, if_match=progress.version, returning=True)
            completion = [_completion(path, wanted.status)] if changes.completed else []
            if not changes.was_completed:
                return [row, *completion]
            reopened = Change("PATCH", path, REOPENED, if_match=progress.version)
            return [reopened, replace(row, if_match="*"), *completion]

        rows = await self._rows.transact(requests)
        written = {**progress.written, **marks(changes.values)}
        return _done(progress, written, rows[-1], completed=changes.completed)

    async def _with_regarding(
        self, path: str, wanted: Wanted, progress: ActivityProgress, alone: Alone
    ) -> ActivityProgress:
        """What waits only for its Regarding is read: a person may have filled it in."""
        waits = wanted.complete and progress.stage is ActivityStage.OPEN and STATE not in progress.left_alone
        if not waits or not progress.version or wanted.completes(wanted.values, progress.left_alone):
            return progress
        return await self._reconcile(path, wanted, progress, alone)

    async def _append(self, path: str, wanted: Wanted, progress: ActivityProgress, alone: Alone) -> ActivityProgress:
        """Notes from the phone go below what a person has written in the form, in place of earlier ones there.

        Those that had landed before are that person's to change or delete, and do not come again.
        """
        notes = str(wanted.values.get(DESCRIPTION) or "")
        noted = progress.written.get(NOTED, progress.written.get(DESCRIPTION))
        if DESCRIPTION not in progress.left_alone or noted == (mark(DESCRIPTION, notes) or None):
            return progress
        row = await self._rows.read(path)
        await alone()
        left = names.STATE_COMPLETED if progress.stage is ActivityStage.COMPLETED else names.STATE_OPEN
        if STATE not in progress.left_alone and row[STATE] != left:
            raise Conflict("dataverse-changed", "the activity is in another state than we left it")
        ours = [progress.written.get(APPENDED), *(one.get(DESCRIPTION) for one in progress.intended)]
        text, added = appended(str(row.get(DESCRIPTION) or ""), notes, [one for one in ours if one])
        if text != (row.get(DESCRIPTION) or ""):
            change = Change("PATCH", path, {DESCRIPTION: text}, if_match=str(row["@odata.etag"]))
            await self._dataverse.transact(_within_completed(path, change, wanted, progress))
        written = {**progress.written, NOTED: mark(DESCRIPTION, notes) or None, APPENDED: mark(DESCRIPTION, added)}
        return replace(progress, version="", written=written)

    async def _reconcile(self, path: str, wanted: Wanted, progress: ActivityProgress, alone: Alone) -> ActivityProgress:
        """Reads what is there, and sorts it into ours and what a person wrote."""
        row = await self._rows.read(path)
        await alone()
        return replace(merge(progress, wanted, canonical(row)).progress, version=row["@odata.etag"])


BLANKED = (
    *("phonenumber", DESCRIPTION, "actualstart", "actualend", "actualdurationminutes", REGARDING),
    *names.CALL_COLUMNS,
)
"""What a call that is no longer work says no more; direction and owner say nothing of it."""


def _within_completed(path: str, change: Change, wanted: Wanted, progress: ActivityProgress) -> Sequence[Change]:
    """A change of an activity that we have completed opens it and completes it again, all at once."""
    if progress.stage is not ActivityStage.COMPLETED:
        return [change]
    reopened = replace(change, body=REOPENED)
    return [reopened, replace(change, if_match="*"), _completion(path, wanted.status)]


def _returning(path: str) -> str:
    return f"{path}?$select=activityid"


def _completion(path: str, status: int) -> Change:
    body = {names.STATECODE: names.STATE_COMPLETED, names.STATUSCODE: status}
    return Change("PATCH", _returning(path), body, if_match="*", returning=True)


def _done(progress: ActivityProgress, written: Columns, row: Mapping[str, Any], *, completed: bool) -> ActivityProgress:
    stage = ActivityStage.COMPLETED if completed else ActivityStage.OPEN
    return replace(progress, stage=stage, version=str(row["@odata.etag"]), written=written)
