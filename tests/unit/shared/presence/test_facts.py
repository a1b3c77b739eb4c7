"""What counts as changed, since when, and as whose: one fact at a time."""

from dataclasses import replace
from datetime import datetime

import pytest

from shared.presence.facts import NOBODY, Seen
from shared.presence.model import AgentCall, AgentState, Availability, Episode, PresenceShown, Purpose, Side, Write
from shared.presence.rules import reconcile
from shared.settings.presence import DEFAULT_PRESENCES
from shared.statuses import Presence, StatusKind
from tests.fixtures.presence_story import DND, FOCUS, FREE, POLICY, at, phone, shown

AWAY, BUSY, GONE = (DEFAULT_PRESENCES[kind] for kind in (StatusKind.AWAY, StatusKind.BUSY, StatusKind.OFF_WORK))
TALKS = {"c1": AgentCall(1, at(1000))}
NOW = at(200)
SAME = phone(StatusKind.AVAILABLE)
MIRROR = Purpose.MIRROR


def left(side: Side, value: Presence | StatusKind, *, tried: bool = True) -> Write:
    presence, kind = (value, None) if isinstance(value, Presence) else (None, value)
    return Write(side, MIRROR, "earlier", at(90), at(80), at(90), presence, kind, tried)


def wanted(state: AgentState) -> list[Presence | StatusKind | None]:
    return [one.presence or one.kind for one in state.pending]


@pytest.mark.parametrize(("since_s", "counts"), [(139, False), (140, False), (141, True)])
def test_a_change_just_before_the_first_reconciliation_counts(since_s: float, counts: bool) -> None:
    """Of either side, if it was made within the last minute."""
    by_phone = Seen(phone(StatusKind.AWAY, since_s), shown(FREE))
    assert wanted(reconcile(AgentState(), by_phone, POLICY, NOW)) == ([AWAY] if counts else [])
    in_dynamics = Seen(SAME, shown(FOCUS, since_s))
    assert wanted(reconcile(AgentState(), in_dynamics, POLICY, NOW)) == ([StatusKind.BUSY] if counts else [])


def test_a_voice_cloud_that_never_answered_is_not_written() -> None:
    """Nor does it hinder what is to be known of Omnichannel."""
    after = reconcile(AgentState(None, shown(FREE)), Seen(None, shown(FOCUS, 110)), POLICY, NOW)
    assert (after.pending, after.phone, after.last_user_change_at) == ((), None, at(110))
    first = Seen(replace(SAME, since=None), PresenceShown(FOCUS))
    assert reconcile(AgentState(), first, POLICY, NOW).pending == ()


def test_another_presence_within_the_same_second_is_a_change() -> None:
    """Dynamics keeps whole seconds."""
    after = reconcile(AgentState(SAME, shown(FREE)), Seen(SAME, shown(FOCUS)), POLICY, NOW)
    assert wanted(after) == [StatusKind.BUSY]


@pytest.mark.parametrize(
    ("known", "since", "expected"),
    [
        (None, at(150), at(150)),
        (Availability("old", StatusKind.AWAY), at(100), at(100)),
        (Availability("old", StatusKind.AWAY, since=at(50), ends_at=at(120)), at(100), at(100)),
        (Availability("old", StatusKind.AWAY, since=at(100), ends_at=at(120)), at(100), at(120)),
        (Availability("old", StatusKind.AWAY, since=at(150), ends_at=at(170)), at(100), at(170)),
        (Availability("old", StatusKind.AWAY, since=at(150)), at(100), NOW),
        (Availability("old", StatusKind.AWAY, since=at(150)), None, NOW),
    ],
)
def test_since_when_a_status_of_the_phone_holds(
    known: Availability | None, since: datetime | None, expected: datetime
) -> None:
    """Since it began, if that was after the one before it, else since that one's end, else since now."""
    seen = Seen(Availability("new", StatusKind.BUSY, since=since), shown(FREE))
    assert reconcile(AgentState(known, shown(FREE)), seen, POLICY, NOW).last_user_change_at == expected


@pytest.mark.parametrize(
    "state",
    [
        AgentState(episode=NOBODY, calls=TALKS),
        AgentState(pending=(left(Side.OMNICHANNEL, GONE),)),
        AgentState(pending=(left(Side.PHONE, StatusKind.DND),)),
    ],
)
def test_who_is_in_a_call_or_about_to_be_written_is_left_as_they_are_at_sign_in(state: AgentState) -> None:
    """Whatever the sides show: what is under way settles it."""
    known = replace(state, phone=phone(StatusKind.AWAY, 200), omnichannel=shown(FREE, 100), signs_in=True)
    after = reconcile(known, Seen(known.phone, shown(FREE, 100)), POLICY, NOW)
    assert [one.cause for one in after.pending] == [one.cause for one in state.pending]
    assert not after.signs_in


def test_a_write_that_is_done_does_not_keep_both_sides_apart_at_sign_in() -> None:
    """The phone shows it, and Omnichannel follows or not by who was later."""
    state = AgentState(SAME, shown(FREE, 50), pending=(left(Side.PHONE, StatusKind.AWAY),), signs_in=True)
    assert wanted(reconcile(state, Seen(phone(StatusKind.AWAY, 100), shown(FREE, 50)), POLICY, NOW)) == [AWAY]


@pytest.mark.parametrize(("since", "is_phones"), [(at(101), True), (at(100), False), (at(99), False), (None, False)])
def test_the_newer_side_counts_at_sign_in(since: datetime | None, is_phones: bool) -> None:
    """Omnichannel where nobody knows."""
    state = AgentState(Availability("e", StatusKind.AWAY, since=since), shown(FREE, 100), signs_in=True)
    after = reconcile(state, Seen(state.phone, shown(FREE, 100)), POLICY, NOW)
    assert wanted(after) == [AWAY if is_phones else StatusKind.AVAILABLE]


def test_a_sign_in_during_lunch_does_not_forget_what_lunch_covers() -> None:
    """Both sides show the same, or the voice cloud was never read: there is nothing to settle."""
    lunch = phone(StatusKind.OFF_WORK, 100, ends=1000)
    for known in (lunch, None):
        state = AgentState(known, shown(GONE, 150), presence_before_timed_status=FOCUS, signs_in=True)
        after = reconcile(state, Seen(known, shown(GONE, 150)), POLICY, NOW)
        assert after.presence_before_timed_status == FOCUS
        assert after.signs_in is (known is None)
    assert not reconcile(AgentState(SAME, shown(FREE)), Seen(None, shown(FREE)), POLICY, NOW).signs_in


def test_the_same_wish_after_somebodys_choice_is_a_write_of_its_own() -> None:
    """The earlier one was ended by that choice."""
    state = AgentState(SAME, shown(FREE), pending=(left(Side.OMNICHANNEL, GONE, tried=False),))
    after = reconcile(state, Seen(phone(StatusKind.OFF_WORK, 120), shown(FOCUS, 110)), POLICY, NOW)
    assert [(one.presence, one.cause) for one in after.pending] == [(GONE, "1/mirror/omnichannel")]


@pytest.mark.parametrize("tried", [True, False])
def test_what_was_tried_and_is_wanted_no_more_is_remembered(tried: bool) -> None:
    """It may come through late, until half a minute after its last try; what was remembered before stays otherwise."""
    write, known = left(Side.OMNICHANNEL, GONE, tried=tried), left(Side.OMNICHANNEL, DND)
    state = AgentState(SAME, shown(FREE), pending=(write,), abandoned=known)
    assert reconcile(state, Seen(SAME, shown(FREE)), POLICY, NOW).abandoned == known
    after = reconcile(state, Seen(phone(StatusKind.BUSY, 110), shown(FREE)), POLICY, NOW)
    assert wanted(after) == [BUSY]
    assert after.abandoned == (write if tried else known)


def test_what_covers_a_call_is_kept_where_the_phone_has_the_same_kind() -> None:
    """Focus time comes back, not just any busy; another kind takes its place."""
    state = AgentState(phone(StatusKind.AWAY), shown(DND), TALKS, Episode(FOCUS, is_set=True))
    for kind, expected in ((StatusKind.BUSY, FOCUS), (StatusKind.OFF_WORK, GONE)):
        after = reconcile(state, Seen(phone(kind, 110), shown(DND)), POLICY, NOW)
        assert after.episode == Episode(expected, is_set=True)
