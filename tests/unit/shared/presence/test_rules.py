"""The state machine step by step: what each change leads to (E1-E5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.presence.facts import Seen
from shared.presence.model import AgentState, CallStep, Episode, PresenceShown, Purpose, Side, Write
from shared.presence.rules import failed, instead, is_held, reconcile, usual, with_late_news, with_report
from shared.settings.presence import DEFAULT_PRESENCES
from shared.statuses import Presence, StatusKind
from tests.fixtures.presence_story import DND, FOCUS, FREE, POLICY, Story, at, phone, shown


def in_call(presence: Presence = FOCUS) -> Story:
    story = Story(presence, presence.kind)
    story.call(CallStep.STARTED, 1)
    assert story.reconcile() == [(Purpose.IN_CALL, DND.id)]
    story.write()
    return story


def test_what_is_found_at_first_is_left_as_it_is() -> None:
    """Switching presence on writes nothing; a change of the last minute counts all the same."""
    found = Seen(phone(StatusKind.AVAILABLE), shown(FOCUS))
    assert reconcile(AgentState(), found, POLICY, at(3600)).pending == ()
    fresh = reconcile(AgentState(), replace(found, omnichannel=shown(FOCUS, 3590)), POLICY, at(3600))
    assert [write.kind for write in fresh.pending] == [StatusKind.BUSY]


GONE = DEFAULT_PRESENCES[StatusKind.OFF_WORK]


@pytest.mark.parametrize(
    ("found", "written"),
    [
        (Seen(phone(StatusKind.AVAILABLE), PresenceShown(GONE)), FREE.id),
        (Seen(phone(StatusKind.AVAILABLE), shown(GONE, 100, "SYSTEM")), FREE.id),
        (Seen(phone(StatusKind.AVAILABLE), shown(GONE, 100)), str(StatusKind.OFF_WORK)),
        (Seen(phone(StatusKind.AVAILABLE), shown(DND, 100, "SYSTEM")), str(StatusKind.DND)),
        (Seen(phone(StatusKind.AWAY, 200), shown(FREE, 100)), DEFAULT_PRESENCES[StatusKind.AWAY].id),
        (Seen(phone(StatusKind.BUSY), shown(FOCUS, 100)), None),
    ],
)
def test_both_sides_are_one_at_sign_in(found: Seen, written: str | None) -> None:
    """What a person wished last counts; it is dealt with once, as soon as the voice cloud can be read."""
    state = replace(reconcile(AgentState(), found, POLICY, at(3600)), signs_in=True)
    assert reconcile(state, replace(found, phone=None), POLICY, at(3601)).signs_in
    after = reconcile(state, found, POLICY, at(3601))
    wanted = [one.presence.id if one.presence else str(one.kind) for one in after.pending]
    assert (wanted, after.signs_in) == ([written] if written else [], False)


@pytest.mark.parametrize("kind", [kind for kind in StatusKind if kind is not StatusKind.AVAILABLE])
def test_each_kind_is_mirrored_both_ways_by_name(kind: StatusKind) -> None:
    """The echo of a mirrored status is no change (E1)."""
    story = Story()
    story.set(shown(DEFAULT_PRESENCES[kind], 101))
    assert story.reconcile() == [(Purpose.MIRROR, str(kind))]
    story.write()
    assert story.reconcile() == []
    other = Story()
    other.set(phone(kind, 101))
    assert other.reconcile() == [(Purpose.MIRROR, DEFAULT_PRESENCES[kind].id)]
    other.write()
    assert other.reconcile() == []


def test_of_two_changes_at_once_the_later_counts() -> None:
    """It counts whichever side it was made on."""
    story = Story()
    story.set(phone(StatusKind.AWAY, 101))
    story.set(shown(FOCUS, 102))
    assert story.reconcile() == [(Purpose.MIRROR, "busy")]
    other = Story()
    other.set(phone(StatusKind.AWAY, 102))
    other.set(shown(FOCUS, 101))
    assert other.reconcile() == [(Purpose.MIRROR, DEFAULT_PRESENCES[StatusKind.AWAY].id)]


def test_a_custom_presence_comes_back_after_overlapping_calls() -> None:
    """Only the end of the last one restores, and once (E3, E4)."""
    story = in_call()
    story.call(CallStep.STARTED, 1, "c2")
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == []
    story.call(CallStep.ENDED, 2, "c2")
    assert story.reconcile() == [(Purpose.RESTORE, FOCUS.id)]
    story.write()
    assert story.reconcile() == []
    assert story.state.episode is None


def test_late_and_repeated_news_of_a_call_change_nothing() -> None:
    """The ring after the end, the end of a first offer after the second."""
    story = in_call()
    story.call(CallStep.ENDED, 5)
    story.call(CallStep.STARTED, 3)
    story.call(CallStep.GOES_ON, 0)
    assert not story.state.in_call
    story.call(CallStep.STARTED, 6)
    story.call(CallStep.ENDED, 5)
    assert story.state.in_call


@pytest.mark.parametrize("by", ["AGENT", "SYSTEM"])
def test_what_somebody_sets_in_a_call_is_not_written_over(by: str) -> None:
    """Be it do-not-disturb itself: it is mirrored and stays after the call."""
    story = in_call()
    story.set(shown(DND, 110, by))
    assert story.reconcile() == [(Purpose.MIRROR, "dnd")]
    story.write()
    story.call(CallStep.ENDED, 9)
    assert story.reconcile() == []


def test_the_phones_status_changed_in_a_call_shows_after_it() -> None:
    """Omnichannel stays do-not-disturb while the agent talks."""
    story = in_call()
    story.set(phone(StatusKind.OFF_WORK, 110))
    assert story.reconcile() == []
    story.call(CallStep.ENDED, 9)
    assert story.reconcile() == [(Purpose.RESTORE, DEFAULT_PRESENCES[StatusKind.OFF_WORK].id)]


def test_who_is_not_to_be_disturbed_stays_so_after_a_call() -> None:
    """Nothing is written, and nothing is restored after the call."""
    story = Story(DND, StatusKind.DND)
    story.call(CallStep.STARTED, 1)
    assert story.reconcile() == []
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == []


def test_lunch_covers_a_custom_presence_and_gives_it_back() -> None:
    """A status with an end, then what it was on both sides."""
    story = Story(FOCUS, StatusKind.BUSY)
    before = story.phone
    story.set(phone(StatusKind.OFF_WORK, 110, ends=120))
    assert story.reconcile() == [(Purpose.MIRROR, DEFAULT_PRESENCES[StatusKind.OFF_WORK].id)]
    story.write()
    story.set(before)
    story.now = 121
    assert story.reconcile() == [(Purpose.MIRROR, FOCUS.id)]


@pytest.mark.parametrize("presence", [DEFAULT_PRESENCES[StatusKind.OFF_WORK], Presence("home", StatusKind.OFF_WORK)])
def test_offline_chosen_during_lunch_outlasts_it(presence: Presence) -> None:
    """The phone is then off work without an end, written once."""
    story = Story()
    story.set(phone(StatusKind.OFF_WORK, 110, ends=1910))
    story.reconcile()
    story.write()
    story.set(shown(presence, 300))
    assert story.reconcile() == [(Purpose.MIRROR, str(StatusKind.OFF_WORK))]
    story.write()
    assert story.reconcile() == []
    story.set(shown(presence, 310))
    assert story.reconcile() == []


def test_offline_that_dynamics_sets_during_lunch_ends_with_it() -> None:
    """The agent may have closed the browser to go and eat."""
    story = Story()
    before = story.phone
    story.set(phone(StatusKind.OFF_WORK, 110, ends=1910))
    story.reconcile()
    story.write()
    story.set(shown(DEFAULT_PRESENCES[StatusKind.OFF_WORK], 300, "SYSTEM"))
    assert story.reconcile() == []
    story.set(before)
    story.now = 1911
    assert story.reconcile() == [(Purpose.MIRROR, FREE.id)]


def test_what_is_chosen_after_a_lunch_that_was_ended_early_counts() -> None:
    """The end that lunch was to have is no change in the future that is later than everything (B1, E1)."""
    story = Story()
    before = story.phone
    story.set(phone(StatusKind.OFF_WORK, 110, ends=1910))
    story.reconcile()
    story.write()
    story.set(before)
    story.now = 300
    assert story.reconcile() == [(Purpose.MIRROR, FREE.id)]
    story.write()
    story.set(phone(StatusKind.BUSY, 400))
    story.now = 400
    assert story.reconcile() == [(Purpose.MIRROR, DEFAULT_PRESENCES[StatusKind.BUSY].id)]


def test_the_phone_never_gets_the_do_not_disturb_of_a_call() -> None:
    """Changed before Omnichannel, by Dynamics' clock, it gets what the call covers there (E3)."""
    story = Story()
    story.set(shown(FOCUS, 105))
    story.reconcile()
    story.write()
    story.call(CallStep.STARTED, 1)
    assert story.reconcile() == [(Purpose.IN_CALL, DND.id)]
    story.write()
    story.set(phone(StatusKind.AWAY, 104.5))
    assert story.reconcile() == [(Purpose.MIRROR, str(StatusKind.BUSY))]


def test_a_write_is_left_to_whoever_decided_on_it() -> None:
    """Nobody else decides meanwhile; when that process has died, the next reconciliation sees whether it was done."""
    story = Story()
    story.set(shown(FOCUS, 101))
    story.reconcile()
    assert is_held(story.state, at(story.now + 44))
    held = story.state
    story.set(phone(StatusKind.AWAY, 103))
    assert reconcile(held, Seen(story.phone, story.shown), POLICY, at(story.now + 1)) == held
    done = reconcile(held, Seen(phone(StatusKind.BUSY, 104), story.shown), POLICY, at(story.now + 46))
    assert (done.pending, done.phone) == ((), phone(StatusKind.BUSY, 104))
    again = reconcile(held, Seen(held.phone, story.shown), POLICY, at(story.now + 46))
    assert [write.cause for write in again.pending] == [write.cause for write in held.pending]


def test_a_refused_write_stays_to_be_done_and_is_seen_until_it_is() -> None:
    """With its code, since when and how often; a change that makes it needless ends it."""
    story = Story()
    story.set(shown(FOCUS, 101))
    for times in (1, 2):
        story.reconcile()
        [write] = story.state.pending
        story.state = failed(story.state, write, "voicecloud-forbidden", at(story.now), may_be_done=False)
        [fault] = story.state.faults
        assert (fault.side, fault.code, fault.times) == (Side.PHONE, "voicecloud-forbidden", times)
    story.set(shown(FREE, 110))
    assert story.reconcile() == []
    assert story.state.faults == ()


def test_what_was_chosen_just_before_our_write_is_given_back() -> None:
    """Recognised by its time: after what we knew of and before what we wrote."""
    story = in_call()
    story.call(CallStep.ENDED, 9)
    story.reconcile()
    chosen_at = story.now + 0.5
    story.write()
    away = DEFAULT_PRESENCES[StatusKind.AWAY]
    state = with_late_news(story.state, shown(away, chosen_at), POLICY, at(story.now))
    assert [(one.purpose, one.presence, one.kind) for one in state.pending] == [
        (Purpose.REPAIR, away, None),
        (Purpose.MIRROR, None, StatusKind.AWAY),
    ]
    for stale in (shown(FOCUS, 50), shown(FREE, story.now + 5), shown(FOCUS, chosen_at)):
        assert with_late_news(story.state, stale, POLICY, at(story.now)).pending == () or stale.at == at(chosen_at)


def test_what_was_chosen_just_before_a_call_comes_back_after_it() -> None:
    """The ring was faster; the choice is what the call's end restores."""
    story = Story()
    story.call(CallStep.STARTED, 1)
    story.reconcile()
    chosen_at = story.now + 0.5
    story.write()
    state = with_late_news(story.state, shown(FOCUS, chosen_at), POLICY, at(story.now))
    assert state.episode == Episode(FOCUS, is_set=True)
    assert [write.kind for write in state.pending] == [StatusKind.BUSY]


def test_a_write_that_comes_through_late_is_taken_back() -> None:
    """Its answer was lost, the call ended meanwhile, and then do-not-disturb appeared."""
    story = Story()
    story.call(CallStep.STARTED, 1)
    story.reconcile()
    [write] = story.state.pending
    story.state = failed(story.state, write, "dataverse-unavailable", at(story.now), may_be_done=True)
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == []
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.REPAIR, FREE.id)]


def given_up(*may_be_done: bool) -> tuple[Story, Write]:
    """A story in which do-not-disturb was tried in vain until the call ended, and the write of the last try."""
    story = Story()
    story.call(CallStep.STARTED, 1)
    for each in may_be_done:
        story.reconcile()
        [write] = story.state.pending
        story.state = failed(story.state, write, "dataverse-unavailable", at(story.now), may_be_done=each)
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == []
    return story, write


def test_a_refused_try_does_not_make_an_earlier_one_undone() -> None:
    """The first may still come through, and is taken back then."""
    story, _ = given_up(True, False)
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.REPAIR, FREE.id)]


def test_what_was_refused_for_certain_cannot_come_through_late() -> None:
    """Then a person has chosen to be left alone, on the phone as well."""
    story, _ = given_up(False)
    story.set(shown(DND, story.now + 1))
    assert story.reconcile() == [(Purpose.MIRROR, StatusKind.DND)]


@pytest.mark.parametrize(
    ("after_s", "wanted"), [(-6, (Purpose.MIRROR, StatusKind.DND)), (-5, (Purpose.REPAIR, FREE.id))]
)
def test_a_late_write_is_known_by_a_clock_that_is_seconds_behind(after_s: float, wanted: tuple[Purpose, str]) -> None:
    """Five seconds before we decided on it are ours still; what is older was somebody's choice."""
    story, write = given_up(True)
    story.set(PresenceShown(DND, write.decided_at + timedelta(seconds=after_s), "AGENT"))
    assert story.reconcile() == [wanted]


def test_no_two_writes_have_one_cause() -> None:
    """Side and purpose are part of it."""
    story = in_call()
    story.call(CallStep.ENDED, 9)
    story.reconcile()
    causes = [write.cause for write in (*story.state.pending, *filter(None, [story.state.written]))]
    assert len(set(causes)) == len(causes) == 2
    assert all(isinstance(write, Write) for write in story.state.pending)


def test_a_choice_in_the_very_second_of_our_write_was_before_it() -> None:
    """Dynamics keeps seconds: after our write the choice would be what is there now."""
    story = in_call()
    assert story.state.omnichannel is not None
    same = replace(story.state.omnichannel, presence=DEFAULT_PRESENCES[StatusKind.AWAY])
    state = with_late_news(story.state, same, POLICY, at(story.now))
    assert state.episode == Episode(DEFAULT_PRESENCES[StatusKind.AWAY], is_set=True)
    assert with_late_news(state, same, POLICY, at(story.now)) == state


def test_a_presence_that_is_no_more_gives_way_to_the_usual_one_of_its_kind() -> None:
    """Also in what a call gives back; the usual one has nothing to give way to, nor has the voice cloud."""
    story = in_call()
    story.call(CallStep.ENDED, 2)
    assert story.reconcile() == [(Purpose.RESTORE, FOCUS.id)]
    [write] = story.state.pending
    replacement = usual(write, POLICY)
    assert replacement is not None
    story.state = instead(story.state, write, replacement)
    assert story.state.episode == Episode(DEFAULT_PRESENCES[StatusKind.BUSY], is_set=True)
    assert story.state.pending == (replacement,)
    story.write()
    assert story.reconcile() == []
    assert story.state.episode is None
    assert usual(replacement, POLICY) is None
    assert usual(replace(write, presence=None, kind=StatusKind.BUSY), POLICY) is None
    assert instead(story.state, write, replacement) == story.state


def test_a_presence_that_was_renamed_is_set_by_its_new_name() -> None:
    """An administrator may rename one while a call covers it: the framework of the page sets by the exact text."""
    story = in_call(FOCUS)
    renamed = replace(FOCUS, text="Deep work")
    state = with_report(story.state, shown(renamed, 200))
    assert (state.episode and state.episode.before) == renamed
    idle = with_report(Story(FOCUS, StatusKind.BUSY).state, shown(renamed, 200))
    assert (idle.omnichannel and idle.omnichannel.presence.text, idle.reported) == ("Deep work", None)
