"""Writes the activity of a call and never over a person (G4): what he has changed stays as he left it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.calls.composing import OWNER, PARTIES, REGARDING, Columns, moment, to_body
from shared.calls.model import CallFacts, Progress, Stage
from shared.calls.reading import canonical, comparable, expansion, selection
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.errors import UnknownColumn
from shared.dataverse.model import Change
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Unavailable
from shared.ids import dataverse_id
from shared.numbers import numbers_in
from shared.text import cut

ATTEMPTS = 6
STATE = names.STATECODE
DESCRIPTION = "description"
APPENDED = "appended notes"
"""In ``written``, beside the columns: the notes that were added below a person's own."""
REOPENED = {names.STATECODE: names.STATE_OPEN, names.STATUSCODE: names.STATUS_OPEN}
BLANK: Mapping[str, Any] = {"subject": "Removed call", "phonenumber": None, DESCRIPTION: None, PARTIES: []}

Changes = Callable[[Collection[str], bool], Sequence[Change]]
"""The changes to make, without some columns, as the agent or not."""


@dataclass(frozen=True)
class Wanted:
    """What the activity should say. ``caller``: the agent it is created as; ``status``: what it is when completed."""

    values: Columns
    caller: UUID | None
    owner: UUID | None
    status: int
    complete: bool


class CallActivities:
    """One activity per call: its key is made of the call's id, so that nobody can make a second one (K2, H5)."""

    def __init__(self, dataverse: Dataverse, absent: AbsentColumns) -> None:
        self._dataverse = dataverse
        self._absent = absent

    def activity_id(self, call_id: str) -> UUID:
        return dataverse_id(self._dataverse.url, "call", call_id)

    async def bring_up(self, call_id: str, wanted: Wanted, progress: Progress) -> Progress:
        """Creates the activity or brings it up to date, as far as persons have left it to us.

        ``progress.intended`` is what runs before this one, perhaps cut off, were about to write. Raises Unavailable
        ``call-contended`` when others keep writing.
        """
        path = f"{names.PHONECALLS}({self.activity_id(call_id)})"
        if not progress.has_activity:
            try:
                return await self._create(path, wanted, progress)
            except Conflict:
                # Ours, from before a crash: what it was to say is noted in ``intended``.
                progress = replace(progress, stage=Stage.OPEN, version="")
        for _ in range(ATTEMPTS):
            if progress.stage is Stage.FINAL:
                return progress
            try:
                progress = await self._append(path, wanted, progress)
                return await self._update(path, wanted, progress)
            except Conflict:
                progress = await self._reconcile(path, wanted, progress)
            except Missing:
                return replace(progress, stage=Stage.FINAL, verdict="deleted by a person")
            except InvalidInput:
                if STATE not in progress.left_alone:
                    raise
                return replace(progress, stage=Stage.FINAL, verdict="completed by a person")
        raise Unavailable("call-contended", "the activity of a call is being changed by too many at once")

    async def is_there_by_hand(self, facts: CallFacts, wanted: Wanted, margin: timedelta, region: str | None) -> bool:
        """Whether the owner has an activity of the same number that began about then and is none of ours (H4, H5)."""
        if not margin or wanted.owner is None or names.CALL_ID in await self._absent.names():
            return False
        begin, end = moment(facts.started_at - margin), moment(facts.started_at + margin)
        found = await self._dataverse.get(
            names.PHONECALLS,
            {
                "$select": "phonenumber",
                "$filter": f"_ownerid_value eq {wanted.owner} and actualstart ge {begin} and actualstart le {end}"
                f" and {names.CALL_ID} eq null",
            },
        )
        number = wanted.values["phonenumber"]
        return any(number in numbers_in(str(row.get("phonenumber") or ""), region) for row in found["value"])

    async def remove(self, call_id: str) -> None:
        """The call is no longer work: its activity goes, whoever has written in it (H3)."""
        await self._dataverse.delete(f"{names.PHONECALLS}({self.activity_id(call_id)})")

    async def blank(self, call_id: str) -> None:
        """The call is no longer work: its activity stays and says nothing any more (H3)."""
        path = f"{names.PHONECALLS}({self.activity_id(call_id)})"
        ours = (names.RECORDING, names.POOL, names.CALL_ID)
        body = {**BLANK, f"{REGARDING}_contact_phonecall@odata.bind": None}
        absent = await self._absent.names()
        body |= {column: None for column in ours if column not in absent}
        try:
            await self._dataverse.transact(
                [Change("PATCH", path, REOPENED, if_match="*"), Change("PATCH", path, body, if_match="*")]
            )
        except Missing:
            return

    async def _create(self, path: str, wanted: Wanted, progress: Progress) -> Progress:
        values = {name: value for name, value in wanted.values.items() if value is not None}
        without: set[str] = set()

        def changes(absent: Collection[str], as_agent: bool) -> Sequence[Change]:
            body = to_body(_less(values, {*absent, *without}))
            caller = wanted.caller if as_agent else None
            row = Change("PATCH", _returning(path), body, if_none_match="*", caller=caller, returning=True)
            return [row, *(_completion(path, wanted) if wanted.complete else [])]

        try:
            rows = await self._transact(changes)
        except Missing:
            # Whom it was about, or who was to own it, has gone since: then it is nobody's in particular.
            without |= {REGARDING, OWNER, PARTIES, names.CALLBACK_REQUEST}
            rows = await self._transact(changes)
        return _done(progress, _less(values, without), rows[-1], completed=wanted.complete)

    async def _update(self, path: str, wanted: Wanted, progress: Progress) -> Progress:
        values = _still_ours(wanted.values, progress)
        is_open = progress.stage is not Stage.COMPLETED
        complete = wanted.complete and STATE not in progress.left_alone
        if not progress.version:
            raise Conflict("dataverse-changed", "the version of the activity is not known")
        if not _less(values, await self._absent.names()) and not (complete and is_open):
            return progress

        def changes(absent: Collection[str], _as_agent: bool) -> Sequence[Change]:
            body = to_body(_less(values, absent))
            if is_open:
                row = Change("PATCH", _returning(path), body, if_match=progress.version, returning=True)
                return [row, *(_completion(path, wanted) if complete else [])]
            reopened = Change("PATCH", path, REOPENED, if_match=progress.version)
            return [reopened, Change("PATCH", path, body, if_match="*"), *_completion(path, wanted)]

        rows = await self._transact(changes)
        return _done(progress, {**progress.written, **values}, rows[-1], completed=complete or not is_open)

    async def _append(self, path: str, wanted: Wanted, progress: Progress) -> Progress:
        """Notes from the phone go below what a person has written in the form."""
        notes = str(wanted.values.get(DESCRIPTION) or "")
        if not notes or DESCRIPTION not in progress.left_alone or progress.written.get(APPENDED) == notes:
            return progress
        row = await self._read(path)
        text = appended(str(row.get(DESCRIPTION) or ""), notes)
        if text != row.get(DESCRIPTION):
            await self._dataverse.transact(
                [Change("PATCH", path, {DESCRIPTION: text}, if_match=str(row["@odata.etag"]))]
            )
        return replace(progress, version="", written={**progress.written, APPENDED: notes})

    async def _reconcile(self, path: str, wanted: Wanted, progress: Progress) -> Progress:
        """Reads what is there: what is neither empty nor ours was written by a person, and is his."""
        row = await self._read(path)
        current = canonical(row)
        written = dict(progress.written)
        left_alone = set(progress.left_alone)
        for name, value in wanted.values.items():
            if name not in current or name in left_alone or (value is None and name == OWNER):
                continue
            ours = [comparable(name, one.get(name)) for one in (written, *progress.intended)]
            if value is not None and current[name] == comparable(name, value):
                written[name] = value
            elif not _is_empty(name, current[name]) and current[name] not in ours:
                left_alone.add(name)
        state = row[STATE]
        if state not in {names.STATE_OPEN, names.STATE_COMPLETED}:
            left_alone.add(STATE)
        if (state == names.STATE_OPEN) is (progress.stage is Stage.COMPLETED) and not _was_intended(progress, state):
            left_alone.add(STATE)
        stage = Stage.COMPLETED if state != names.STATE_OPEN and STATE not in left_alone else Stage.OPEN
        return replace(
            progress, stage=stage, version=row["@odata.etag"], written=written, left_alone=frozenset(left_alone)
        )

    async def _read(self, path: str) -> Mapping[str, Any]:
        for _ in range(ATTEMPTS):
            absent = await self._absent.names()
            try:
                return await self._dataverse.get(path, {"$select": selection(absent), "$expand": expansion()})
            except UnknownColumn as error:
                await self._absent.note(error.column)
        raise Misconfigured("dataverse-columns-missing", "the environment lacks the columns of the solution")

    async def _transact(self, changes: Changes) -> Sequence[Mapping[str, Any]]:
        """In one request; again without a column the environment lacks, or without acting as the agent."""
        as_agent = True
        for _ in range(ATTEMPTS + len(names.CALL_COLUMNS)):
            try:
                return await self._dataverse.transact(changes(await self._absent.names(), as_agent))
            except UnknownColumn as error:
                await self._absent.note(error.column)
            except Misconfigured as error:
                if error.code != "dataverse-forbidden" or not as_agent:
                    raise
                as_agent = False
        raise Misconfigured("dataverse-columns-missing", "the environment lacks the columns of the solution")


def appended(description: str, notes: str) -> str:
    """What a person has written in the form, with the notes from the phone below it, while there is room."""
    longer = f"{description}\n{notes}"
    if notes in description or cut(longer, names.DESCRIPTION_LENGTH) != longer:
        return description
    return longer


def _still_ours(values: Columns, progress: Progress) -> dict[str, Any]:
    """What is to be written: known, changed since we wrote it, and not changed by a person."""
    return {
        name: value
        for name, value in values.items()
        if value is not None and name not in progress.left_alone and progress.written.get(name) != value
    }


def _is_empty(name: str, value: Any) -> bool:
    return value is None or value in ("", []) or value == BLANK.get(name)


def _less(values: Columns, without: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in without}


def _returning(path: str) -> str:
    return f"{path}?$select=activityid"


def _completion(path: str, wanted: Wanted) -> Sequence[Change]:
    body = {names.STATECODE: names.STATE_COMPLETED, names.STATUSCODE: wanted.status}
    return [Change("PATCH", _returning(path), body, if_match="*", returning=True)]


def _done(progress: Progress, written: Columns, row: Mapping[str, Any], *, completed: bool) -> Progress:
    stage = Stage.COMPLETED if completed else Stage.OPEN
    return replace(progress, stage=stage, version=str(row["@odata.etag"]), written=dict(written))


def _was_intended(progress: Progress, state: int) -> bool:
    """Whether it is our own completion, whose answer was lost, that we see."""
    return any(one.get(STATE) == state for one in progress.intended)
