"""The three-way merge of an activity (G4): whose each column is, whatever happens in whatever order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calls.activity_mapping import OWNER, PARTIES, REGARDING
from shared.calls.merge import BLANK_SUBJECT, STATE, Changes, Wanted, merge
from shared.calls.model import ActivityProgress, ActivityStage
from shared.calls.normalise import comparable, mark, marks
from shared.dataverse import names

OPEN, COMPLETED, CANCELLED = names.STATE_OPEN, names.STATE_COMPLETED, 2
COLUMNS: Mapping[str, list[Any]] = {
    "subject": ["Call with Matti", "Call with Maija"],
    "description": [None, "asked for a price", "wants it blue"],
    "phonenumber": [None, "+358401234567"],
    "actualdurationminutes": [0, 1, 2],
    REGARDING: [None, "contact:c1", "account:a1"],
    OWNER: [None, "systemuser:u1", "systemuser:u2"],
    PARTIES: [[], [[1, "contact:c1"]], [[1, "+358401234567"], [2, "systemuser:u1"]]],
}
BY_HAND: Mapping[str, Any] = {
    "subject": "Matti wants his money back",
    "description": mark("description", "was angry"),
    "phonenumber": "+35891000100",
    "actualdurationminutes": 47,
    REGARDING: "l1",
    OWNER: "u9",
    PARTIES: [[2, "u9"]],
}
"""What persons write, as Dynamics shows it: never what we want."""

VALUES = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in COLUMNS.items()})
EDITED = st.sets(st.sampled_from(sorted(BY_HAND)))


def wanted(values: Mapping[str, Any], **given: Any) -> Wanted:
    return Wanted(**{"values": values, "caller": None, "owner": None, "status": 4, "complete": False, **given})


def shown(values: Mapping[str, Any], state: int = OPEN) -> dict[str, Any]:
    """What Dynamics gives back of what we have written."""
    return {STATE: state, **{name: comparable(name, mark(name, value)) for name, value in values.items()}}


def left(values: Mapping[str, Any], stage: ActivityStage = ActivityStage.OPEN, **given: Any) -> ActivityProgress:
    """The activity as we left it."""
    return ActivityProgress(stage=stage, written=marks(values), **given)


def carried_out(row: Mapping[str, Any], changes: Changes) -> tuple[dict[str, Any], ActivityProgress]:
    """The row and what we know of it, after the changes were written."""
    state = {STATE: COMPLETED if changes.completed else OPEN}
    after = {**row, **({**shown(changes.values), **state} if not changes.are_none(()) else {})}
    stage = ActivityStage.COMPLETED if changes.completed else ActivityStage.OPEN
    written = {**changes.progress.written, **marks(changes.values)}
    return after, replace(changes.progress, stage=stage, written=written)


def edited(row: Mapping[str, Any], columns: set[str]) -> dict[str, Any]:
    return {**row, **{name: BY_HAND[name] for name in columns}}


@given(before=VALUES, now=VALUES, columns=EDITED)
def test_what_a_person_has_edited_is_never_written(
    before: dict[str, Any], now: dict[str, Any], columns: set[str]
) -> None:
    """Not now, and not when there is news later. Of an owner that we do not set, nobody knows who has set it."""
    now[OWNER] = now[OWNER] or "systemuser:u1"
    changes = merge(left(before), wanted(now), edited(shown(before), columns))
    assert changes.progress.left_alone == columns
    assert not columns & changes.values.keys()
    assert not columns & merge(carried_out({}, changes)[1], wanted(before)).values.keys()


@given(before=VALUES, now=VALUES, columns=EDITED)
def test_what_nobody_has_touched_follows_the_news(
    before: dict[str, Any], now: dict[str, Any], columns: set[str]
) -> None:
    """But an activity never loses its owner."""
    row, _ = carried_out(
        edited(shown(before), columns), merge(left(before), wanted(now), edited(shown(before), columns))
    )
    expected = {**now, OWNER: now[OWNER] or before[OWNER]}
    assert row == edited(shown(expected), columns)


@given(before=VALUES, now=VALUES, columns=EDITED, complete=st.booleans(), needs_regarding=st.booleans())
def test_what_has_been_written_is_not_written_again(
    before: dict[str, Any], now: dict[str, Any], columns: set[str], complete: bool, needs_regarding: bool
) -> None:
    ours = wanted(now, complete=complete, needs_regarding=needs_regarding)
    row, progress = carried_out({}, merge(left(before), ours, edited(shown(before), columns)))
    row = {**edited(shown(before), columns), **row}
    assert merge(progress, ours).are_none(())
    assert merge(progress, ours, row).are_none(())
    assert merge(progress, ours, row).progress == merge(merge(progress, ours, row).progress, ours, row).progress


@given(before=VALUES, between=VALUES, now=VALUES, columns=EDITED)
def test_the_order_of_news_and_edits_does_not_matter(
    before: dict[str, Any], between: dict[str, Any], now: dict[str, Any], columns: set[str]
) -> None:
    """Seen before or after what comes in between, an edit stays, and the rest says what is known last."""
    for one in (before, between, now):
        one[OWNER] = one[OWNER] or "systemuser:u1"
    early = edited(shown(before), columns)
    early, progress = carried_out(early, merge(left(before), wanted(between), early))
    early, _ = carried_out(early, merge(progress, wanted(now), early))

    late, progress = carried_out(shown(before), merge(left(before), wanted(between)))
    late = edited(late, columns)
    late, _ = carried_out(late, merge(progress, wanted(now), late))
    assert early == late == edited(shown(now), columns)


@given(before=VALUES, cut_off=VALUES, now=VALUES, landed=st.booleans())
def test_our_own_write_whose_answer_was_lost_is_never_taken_for_a_persons(
    before: dict[str, Any], cut_off: dict[str, Any], now: dict[str, Any], landed: bool
) -> None:
    """Whether it has come through or not; completing it included."""
    cut_off[OWNER] = cut_off[OWNER] or "systemuser:u1"
    row = shown(cut_off, COMPLETED) if landed else shown(before)
    intended = {**marks(cut_off), STATE: COMPLETED}
    changes = merge(left(before, intended=(intended,)), wanted(now, complete=True), row)
    assert changes.progress.left_alone == frozenset()
    assert changes.was_completed == landed
    assert changes.completed
    assert carried_out(row, changes)[0] == shown(
        {**now, OWNER: now[OWNER] or (cut_off if landed else before)[OWNER]}, COMPLETED
    )


def test_what_a_cut_off_write_has_brought_is_taken_back_with_its_news() -> None:
    """Nobody was at the other end before, somebody when the process died, nobody again now."""
    nobody = {**VALUE, REGARDING: None}
    cut_off = {**marks(VALUE), STATE: OPEN}
    changes = merge(left(nobody, intended=(cut_off,)), wanted(nobody), shown(VALUE))
    assert (changes.values, changes.progress.left_alone) == ({REGARDING: None}, frozenset())


VALUE = {name: values[-1] for name, values in COLUMNS.items()}


@pytest.mark.parametrize(
    ("stage", "state", "is_a_persons"),
    [
        (ActivityStage.OPEN, OPEN, False),
        (ActivityStage.OPEN, COMPLETED, True),
        (ActivityStage.OPEN, CANCELLED, True),
        (ActivityStage.COMPLETED, COMPLETED, False),
        (ActivityStage.COMPLETED, OPEN, True),
        (ActivityStage.COMPLETED, CANCELLED, True),
    ],
)
def test_a_state_that_a_person_has_set_stays(stage: ActivityStage, state: int, is_a_persons: bool) -> None:
    """Completed, cancelled or opened again by a person: we neither complete nor open it any more."""
    changes = merge(left(VALUE, stage), wanted(VALUE, complete=True), shown(VALUE, state))
    assert (STATE in changes.progress.left_alone) == is_a_persons
    assert changes.completed is not is_a_persons


def test_a_completed_activity_opens_when_its_only_customer_turns_out_wrong() -> None:
    """Somebody has to say whom it is about (D6); one that needs no Regarding stays completed."""
    nobody = {**VALUE, REGARDING: None}
    base = left(VALUE, ActivityStage.COMPLETED)
    assert not merge(base, wanted(nobody, complete=True, needs_regarding=True)).completed
    assert merge(base, wanted(nobody, complete=True)).completed


def test_a_regarding_that_a_person_has_filled_in_completes_the_activity() -> None:
    nobody = {**VALUE, REGARDING: None}
    ours = wanted(nobody, complete=True, needs_regarding=True)
    assert not merge(left(nobody), ours, shown(nobody)).completed
    assert merge(left(nobody), ours, edited(shown(nobody), {REGARDING})).completed


def test_an_emptied_activity_is_filled_again() -> None:
    """What we have emptied, because the call was no work for a while, is ours and completed by us."""
    blank = shown({**dict.fromkeys(VALUE), PARTIES: [], "subject": BLANK_SUBJECT}, COMPLETED)
    changes = merge(ActivityProgress(stage=ActivityStage.OPEN), wanted(VALUE), blank)
    assert (changes.progress.left_alone, changes.was_completed) == (frozenset(), True)
    assert changes.values == VALUE


def test_a_column_that_the_environment_lacks_is_no_change() -> None:
    changes = merge(left(VALUE), wanted({**VALUE, "subject": "Call with Maija", "description": "new"}))
    assert changes.are_none({"subject", "description"})
    assert not changes.are_none({"subject"})


def test_a_column_that_cannot_be_read_is_nobodys_edit() -> None:
    """The environment lacks it, or has just got it: what is known of the call is to be written."""
    row = {name: value for name, value in shown(VALUE).items() if name != "subject"}
    changes = merge(left(VALUE), wanted({**VALUE, "subject": "Call with Matti"}), row)
    assert (changes.values, changes.progress.left_alone) == ({"subject": "Call with Matti"}, frozenset())


def test_what_a_person_has_made_theirs_stays_theirs() -> None:
    """Even when they write what we wrote before."""
    base = left(VALUE, left_alone=frozenset({"subject"}))
    changes = merge(base, wanted({**VALUE, "subject": "Call with Matti"}), shown(VALUE))
    assert (changes.values, changes.progress.left_alone) == ({}, {"subject"})


def test_an_owner_that_we_do_not_know_is_nobodys_edit() -> None:
    """Dynamics makes the app the owner of an activity without an agent."""
    nobodys = {**VALUE, OWNER: None}
    changes = merge(left(nobodys), wanted(nobodys), {**shown(nobodys), OWNER: "the-app"})
    assert (changes.values, changes.progress.left_alone) == ({}, frozenset())


def test_an_activity_that_we_have_completed_stays_so_when_it_changes() -> None:
    """Though settings say meanwhile that none is completed, and whoever else it is about."""
    changes = merge(left(VALUE, ActivityStage.COMPLETED), wanted({**VALUE, "subject": "Call with Matti"}))
    assert (changes.was_completed, changes.completed) == (True, True)
    other = {**VALUE, REGARDING: "contact:c1"}
    assert merge(left(VALUE, ActivityStage.COMPLETED), wanted(other, complete=True, needs_regarding=True)).completed


def test_one_customer_is_enough_to_be_completed() -> None:
    assert merge(left(VALUE), wanted(VALUE, complete=True, needs_regarding=True)).completed


@pytest.mark.parametrize(
    "intended",
    [
        {**marks({**VALUE, "subject": "Call with Matti"}), STATE: COMPLETED},
        {**marks(VALUE), STATE: OPEN},
        {**marks({**VALUE, "description": "asked for a price", "actualdurationminutes": 1}), STATE: COMPLETED},
    ],
)
def test_a_person_who_completes_it_while_our_write_is_cut_off_is_recognised(intended: dict[str, Any]) -> None:
    """The row does not say what our write would have brought, or that write completed nothing."""
    changes = merge(left(VALUE, intended=(intended,)), wanted(VALUE, complete=True), shown(VALUE, COMPLETED))
    assert changes.progress.left_alone == {STATE}


def test_our_completion_is_recognised_beside_what_a_person_has_edited_since() -> None:
    """And beside columns that it did not set, or that the environment lacks."""
    intended = {**marks({**VALUE, "description": None}), names.POOL: "Sales", STATE: COMPLETED}
    row = edited(shown({**VALUE, "description": "typed"}, COMPLETED), {"subject", OWNER})
    changes = merge(left(VALUE, intended=(intended,)), wanted(VALUE, complete=True), row)
    assert STATE not in changes.progress.left_alone
    assert changes.was_completed


def test_what_a_person_has_emptied_stays_empty_until_there_is_news() -> None:
    emptied = {**shown(VALUE), "phonenumber": None}
    changes = merge(left(VALUE), wanted(VALUE), emptied)
    assert (changes.values, changes.progress.left_alone) == ({}, frozenset())
    news = {**VALUE, "phonenumber": "+358407654321"}
    assert merge(left(VALUE), wanted(news), emptied).values == {"phonenumber": "+358407654321"}
