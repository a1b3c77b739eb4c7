"""Notes from the phone below a person's own text (K4)."""

from hypothesis import given
from hypothesis import strategies as st

from shared.calls.merge import appended
from shared.calls.normalise import DESCRIPTION, mark
from shared.dataverse import names
from shared.text import cut

TYPED = st.text("typed \n\N{GRINNING FACE}漢", max_size=30)
DRAFTS = st.lists(st.text("drafts \N{GRINNING FACE}漢", max_size=12), min_size=1, max_size=6)


@given(typed=TYPED, drafts=DRAFTS, longer=st.sampled_from([1, 200]))
def test_only_the_last_draft_stands_below_an_untouched_text(typed: str, drafts: list[str], longer: int) -> None:
    """However often notes are saved, and too long or not, the person's text stays and one draft stands below it."""
    typed, drafts = f"person:{typed}.", [f"{draft * longer}!" if draft else "" for draft in drafts]
    text, added = typed, ""
    for draft in drafts:
        text, added = appended(text, draft, [mark(DESCRIPTION, added)] if added else [])
    last = drafts[-1]
    assert text == (cut(f"{typed}\n{last}", names.DESCRIPTION_LENGTH) if last else typed)
    assert text == (f"{typed}\n{added}" if added else typed)


def test_what_a_person_types_below_the_notes_stays() -> None:
    """Notes that no longer stand at the end are the person's to keep; new ones come below."""
    text, added = appended("typed", "first", [])
    assert appended(f"{text}\nmore", "second", [mark(DESCRIPTION, added)])[0] == "typed\nfirst\nmore\nsecond"


def test_notes_that_a_person_has_taken_over_are_not_repeated() -> None:
    """A line of theirs that says the same is enough; one that only holds the same letters is not."""
    assert appended("pay 100\nsoon", "pay 100", []) == ("pay 100\nsoon", "")
    assert appended("pay 1000", "pay 100", [])[0] == "pay 1000\npay 100"


def test_of_two_drafts_that_may_stand_there_all_that_is_ours_is_replaced() -> None:
    """A shorter one is the end of a longer one; the text above them is the person's."""
    ours = [mark(DESCRIPTION, "blue\nand green"), mark(DESCRIPTION, "and green")]
    assert appended("typed\nblue\nand green", "red", ours) == ("typed\nred", "red")


def test_notes_begin_an_empty_text() -> None:
    assert appended("", "red", []) == ("red", "red")
