"""Writes that come through although their answer was lost: whatever was decided meanwhile stands (E3, E4)."""

import pytest

from shared.presence.facts import NOBODY
from shared.presence.model import CallStep, Episode, Purpose, Side, Write
from shared.presence.rules import failed
from shared.settings.presence import DEFAULT_PRESENCES
from shared.statuses import StatusKind
from tests.fixtures.presence_story import DND, FOCUS, FREE, Story, at, phone, shown

AWAY = DEFAULT_PRESENCES[StatusKind.AWAY]


def lost(story: Story) -> Write:
    """The pending write of Omnichannel was tried, and nobody knows whether it will be done."""
    write = story.state.pending_on(Side.OMNICHANNEL)
    assert write is not None
    story.state = failed(story.state, write, "dataverse-unavailable", at(story.now), may_be_done=True)
    return write


def tried_in_vain() -> Story:
    """In a call; the answer to the only try of do not disturb was lost."""
    story = Story()
    story.call(CallStep.STARTED, 1)
    story.reconcile()
    lost(story)
    return story


def tried_twice(*, is_cut_off: bool) -> Story:
    """In a call; the answer to the first try of do not disturb was lost, the second is done."""
    story = tried_in_vain()
    assert story.reconcile() == [(Purpose.IN_CALL, DND.id)]
    if is_cut_off:
        story.set(shown(DND, story.now + 0.5))
        story.now += 45
        assert story.reconcile() == []
    else:
        story.write()
    assert story.state.episode == Episode(FREE, is_set=True)
    return story


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_first_try_that_comes_after_the_second_is_no_choice_of_the_agent(is_cut_off: bool) -> None:
    """The call still covers what it covered, and gives it back; the process that tried again may have died."""
    story = tried_twice(is_cut_off=is_cut_off)
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == []
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == [(Purpose.RESTORE, FREE.id)]


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_first_try_that_comes_after_the_call_is_taken_back(is_cut_off: bool) -> None:
    """What was before the call is there already, and is set again."""
    story = tried_twice(is_cut_off=is_cut_off)
    story.call(CallStep.ENDED, 2)
    story.reconcile()
    story.write()
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.REPAIR, FREE.id)]


def test_a_first_try_that_comes_while_the_call_gives_back_does_not_hinder_that() -> None:
    """The write that gives back was tried, too, and stays to be done."""
    story = tried_twice(is_cut_off=False)
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == [(Purpose.RESTORE, FREE.id)]
    lost(story)
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.RESTORE, FREE.id)]
    story.write()
    assert (story.reconcile(), story.state.episode) == ([], None)


def test_a_first_try_that_comes_after_another_choice_is_taken_back() -> None:
    """What was mirrored twice is not wanted any more once somebody has chosen something else."""
    story = Story()
    story.set(phone(StatusKind.AWAY, 101))
    story.reconcile()
    lost(story)
    story.reconcile()
    story.write()
    story.set(shown(FOCUS, story.now + 1))
    story.now += 1
    assert story.reconcile() == [(Purpose.MIRROR, StatusKind.BUSY)]
    story.write()
    story.set(shown(AWAY, story.now + 1))
    assert story.reconcile() == [(Purpose.REPAIR, FOCUS.id)]


def test_what_was_done_at_the_first_try_cannot_come_late() -> None:
    """Do not disturb set once more is then somebody's choice."""
    story = Story()
    story.call(CallStep.STARTED, 1)
    story.reconcile()
    story.write()
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.MIRROR, StatusKind.DND)]
    assert story.state.episode == NOBODY


def test_do_not_disturb_that_comes_late_in_the_next_call_covers_what_was_to_be_there() -> None:
    """The phone was set between the calls; that was not in Omnichannel yet."""
    story = tried_in_vain()
    story.call(CallStep.ENDED, 2)
    story.set(phone(StatusKind.AWAY, story.now))
    assert story.reconcile() == [(Purpose.MIRROR, AWAY.id)]
    lost(story)
    story.call(CallStep.STARTED, 1, "c2")
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == []
    assert story.state.episode == Episode(AWAY, is_set=True)
    story.call(CallStep.ENDED, 2, "c2")
    assert story.reconcile() == [(Purpose.RESTORE, AWAY.id)]


@pytest.mark.parametrize(
    ("after_s", "wanted"), [(30, (Purpose.REPAIR, FREE.id)), (31, (Purpose.MIRROR, StatusKind.DND))]
)
@pytest.mark.parametrize("ended_s", [0, 20])
def test_a_choice_half_a_minute_after_the_last_try_is_no_late_write(
    after_s: float, ended_s: float, wanted: tuple[Purpose, str]
) -> None:
    """However long after that try the call has ended."""
    story = tried_in_vain()
    tried_at = story.now
    story.now += ended_s
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == []
    story.set(shown(DND, tried_at + after_s))
    story.now = tried_at + after_s
    assert story.reconcile() == [wanted]
