"""Pure: the three-way merge of an activity (G4): what we last wrote, what we want, what stands in Dynamics.

Column by column, by what stands there:

* what we want: nothing is to be done.
* what we wrote, or were about to write when the process died: what we want takes its place.
* nothing, though we wrote something: it stays empty until there is news of the call.
* anything else: a person wrote it, and it stays theirs from then on.

The state is merged in the same way: an activity that a person has completed, cancelled or opened again stays so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared.calls.activity_mapping import OWNER, REGARDING, Columns
from shared.calls.model import ActivityProgress, ActivityStage
from shared.calls.normalise import comparable, mark, marked_end
from shared.dataverse import names
from shared.text import cut

STATE = names.STATECODE
BLANK_SUBJECT = "Removed call"
"""What stands in an activity that was emptied, because its call is no longer work (H3)."""


@dataclass(frozen=True)
class Wanted:
    """What the activity should say. ``caller``: the agent it is created as; ``status``: what it is when completed.

    ``complete``: the time has come; ``needs_regarding``: but not while nobody is regarded (D6).
    """

    values: Columns
    caller: UUID | None
    owner: UUID | None
    status: int
    complete: bool
    needs_regarding: bool = False

    def completes(self, values: Columns, left_alone: Collection[str] = ()) -> bool:
        """Whether it is completed with these values, where a person has changed some columns."""
        is_regarded = bool(values.get(REGARDING)) or REGARDING in left_alone
        return self.complete and (is_regarded or not self.needs_regarding)


@dataclass(frozen=True)
class Changes:
    """What is to be written: ``values``, None empties a column.

    ``progress``: how the activity stands before that. ``completed``: whether it is completed after it; one that is
    completed already is opened for the change.
    """

    progress: ActivityProgress
    values: Columns
    completed: bool

    @property
    def was_completed(self) -> bool:
        return self.progress.stage is ActivityStage.COMPLETED

    def are_none(self, absent: Collection[str]) -> bool:
        """Whether nothing is left of them in an environment that has no column of some names."""
        return not without(self.values, absent) and (self.was_completed or not self.completed)


def merge(base: ActivityProgress, ours: Wanted, theirs: Columns | None = None) -> Changes:
    """``base``: the activity as we left it. ``theirs``: the row and its state in canonical form; None where its version
    says that nobody has changed it since."""
    progress = base if theirs is None else _seen(base, ours.values, theirs)
    values = _still_ours(ours.values, progress)
    return Changes(progress, values, _is_completed_after(progress, ours, values))


def appended(description: str, notes: str, ours: Collection[str]) -> tuple[str, str]:
    """A person's text with the notes from the phone below it, as far as there is room; and the notes as they stand.

    ``ours``: marks of what may stand there from us already, to be replaced.
    """
    begins = [start for one in ours if (start := marked_end(description, one)) is not None]
    text = description[: min(begins)].removesuffix("\n") if begins else description
    if not notes or f"\n{notes}\n" in f"\n{text}\n":
        return text, ""
    above = f"{text}\n" if text else ""
    longer = cut(above + notes, names.DESCRIPTION_LENGTH)
    return longer, longer[len(above) :]


def without(values: Columns, left_out: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in left_out}


def _seen(base: ActivityProgress, ours: Columns, theirs: Columns) -> ActivityProgress:
    """What stands there, sorted into ours and a person's."""
    written, persons = dict(base.written), set(base.left_alone)
    for name, value in ours.items():
        if name not in theirs or name in persons or (value is None and name == OWNER):
            continue
        known = [mark(name, value), *(one.get(name) for one in (base.written, *reversed(base.intended)))]
        stands = [one for one in known if theirs[name] == comparable(name, one)]
        if stands:
            written[name] = stands[0]
        elif not _is_empty(name, theirs[name]):
            persons.add(name)
    if _state_is_a_persons(base, theirs, persons):
        persons.add(STATE)
    is_completed = theirs[STATE] != names.STATE_OPEN and STATE not in persons
    stage = ActivityStage.COMPLETED if is_completed else ActivityStage.OPEN
    return replace(base, stage=stage, written=written, left_alone=frozenset(persons))


def _still_ours(ours: Columns, progress: ActivityProgress) -> dict[str, Any]:
    """What has changed since we wrote it and is no person's. Nobody's activity is left without an owner."""
    return {
        name: value
        for name, value in ours.items()
        if name not in progress.left_alone
        and progress.written.get(name) != mark(name, value)
        and (value is not None or name != OWNER)
    }


def _is_completed_after(progress: ActivityProgress, ours: Wanted, values: Columns) -> bool:
    """One that we have completed stays so, unless it waits for its Regarding again."""
    if progress.stage is ActivityStage.COMPLETED:
        no_longer_regarded = ours.needs_regarding and REGARDING in values and not values[REGARDING]
        return not no_longer_regarded
    return STATE not in progress.left_alone and ours.completes(ours.values, progress.left_alone)


def _is_empty(name: str, value: Any) -> bool:
    return value is None or value in ("", []) or (name == "subject" and value == BLANK_SUBJECT)


def _state_is_a_persons(base: ActivityProgress, theirs: Columns, persons: Collection[str]) -> bool:
    """Whether somebody else has cancelled, completed or opened it."""
    if theirs[STATE] not in {names.STATE_OPEN, names.STATE_COMPLETED}:
        return True
    is_as_we_left_it = (theirs[STATE] == names.STATE_COMPLETED) is (base.stage is ActivityStage.COMPLETED)
    return not is_as_we_left_it and not _was_intended(base, theirs, persons)


def _was_intended(base: ActivityProgress, theirs: Mapping[str, Any], persons: Collection[str]) -> bool:
    """Whether it is our own write, whose answer was lost, that we see: the state, and all else that is still ours. What
    we have blanked is completed by us too."""
    if theirs["subject"] == BLANK_SUBJECT:
        return True
    compared = theirs.keys() - {*persons, OWNER}
    return any(
        all(theirs[name] == comparable(name, value) for name, value in one.items() if name in compared and value)
        for one in base.intended
        if one.get(STATE) == theirs[STATE]
    )
