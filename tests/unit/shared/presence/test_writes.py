"""What becomes of a write, and what late news and a phone's reports say of it: one clause at a time."""

from dataclasses import replace

import pytest

from shared.presence.facts import NOBODY
from shared.presence.model import AgentState, Availability, Episode, PresenceShown, Purpose, Side, Write, WriteFault
from shared.presence.rules import (
    carried_out,
    failed,
    instead,
    is_held,
    release,
    was_written_over,
    with_fault,
    with_late_news,
    with_report,
)
from shared.settings.presence import DEFAULT_PRESENCES
from shared.statuses import Presence, StatusKind
from tests.fixtures.presence_story import FOCUS, FREE, POLICY, at, phone, shown

AWAY = DEFAULT_PRESENCES[StatusKind.AWAY]
ON_PHONE = Write(Side.PHONE, Purpose.MIRROR, "1", at(90), at(80), at(120), kind=StatusKind.AWAY)
FAULTS = (
    WriteFault(Side.PHONE, "voicecloud-unavailable", at(1)),
    WriteFault(Side.OMNICHANNEL, "presence-refused", at(2)),
)


def write(purpose: Purpose = Purpose.MIRROR, presence: Presence = AWAY) -> Write:
    return Write(Side.OMNICHANNEL, purpose, "2", at(90), at(80), at(120), presence)


BOTH = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), pending=(write(), ON_PHONE), faults=FAULTS)


def test_a_write_is_held_until_its_time_is_over() -> None:
    """At that very moment it is free."""
    assert is_held(BOTH, at(119))
    assert not is_held(BOTH, at(120))


def test_a_write_that_was_carried_out_leaves_the_other_side_alone() -> None:
    """It is pending no more, and the faults of its side are over."""
    after = carried_out(BOTH, write(), shown(AWAY, 95), at(99))
    assert (after.pending, after.faults) == ((ON_PHONE,), FAULTS[:1])
    assert (after.omnichannel, after.written, after.overwritten_at) == (shown(AWAY, 95), write(), at(0))
    other = carried_out(BOTH, ON_PHONE, phone(StatusKind.AWAY, 95), at(99))
    assert (other.pending, other.faults, other.phone) == ((write(),), FAULTS[1:], phone(StatusKind.AWAY, 95))
    assert carried_out(BOTH, ON_PHONE, None, at(99)).phone == BOTH.phone
    assert carried_out(replace(BOTH, omnichannel=None), write(), None, at(99)).overwritten_at is None


@pytest.mark.parametrize(
    ("read", "known"),
    [
        (None, PresenceShown(AWAY)),
        (shown(AWAY, 95), shown(AWAY, 95)),
        (shown(AWAY, 95, "SYSTEM"), PresenceShown(AWAY, at(90))),
        (shown(FREE, 95), PresenceShown(AWAY, at(90))),
    ],
)
def test_what_is_known_after_a_write(read: PresenceShown | None, known: PresenceShown) -> None:
    """Where somebody was faster than our read, the next read finds it changed."""
    assert carried_out(BOTH, write(), read, at(99)).omnichannel == known


@pytest.mark.parametrize(
    ("purpose", "episode", "then"),
    [
        (Purpose.IN_CALL, Episode(FREE), Episode(FREE, is_set=True)),
        (Purpose.IN_CALL, None, None),
        (Purpose.RESTORE, Episode(FREE, is_set=True), None),
        (Purpose.MIRROR, NOBODY, NOBODY),
        (Purpose.REPAIR, Episode(FREE, is_set=True), Episode(FREE, is_set=True)),
    ],
)
def test_what_a_write_means_for_the_call(purpose: Purpose, episode: Episode | None, then: Episode | None) -> None:
    """Do not disturb is there, what was before is back, or the call goes on as it was."""
    state = AgentState(BOTH.phone, BOTH.omnichannel, episode=episode, pending=(write(purpose),))
    assert carried_out(state, write(purpose), shown(AWAY, 95), at(99)).episode == then


def test_a_write_that_is_not_pending_changes_nothing() -> None:
    """Whatever became of it: somebody else has dealt with it."""
    gone = write(Purpose.RESTORE)
    assert carried_out(BOTH, gone, shown(AWAY, 95), at(99)) == BOTH
    assert failed(BOTH, gone, "dataverse-unavailable", at(100), may_be_done=True) == BOTH
    in_call = replace(BOTH, episode=Episode(AWAY, is_set=True))
    assert instead(in_call, gone, write(presence=FREE)) == in_call


def test_a_write_that_failed_is_to_be_done_again_at_once() -> None:
    """The other side's write and fault stay as they are."""
    after = failed(BOTH, write(), "dataverse-unavailable", at(100), may_be_done=False)
    assert after.pending == (replace(write(), held_until=at(100), tried=False), ON_PHONE)
    assert set(after.faults) == {FAULTS[0], WriteFault(Side.OMNICHANNEL, "dataverse-unavailable", at(2), 2)}
    assert failed(BOTH, write(), "x", at(100), may_be_done=True).pending[0].tried
    first = with_fault(replace(BOTH, faults=FAULTS[:1]), Side.OMNICHANNEL, "presence-refused", at(9))
    assert first.faults == (FAULTS[0], WriteFault(Side.OMNICHANNEL, "presence-refused", at(9)))


@pytest.mark.parametrize(
    ("episode", "then"),
    [
        (None, None),
        (Episode(AWAY, is_set=True), Episode(FREE, is_set=True)),
        (Episode(FOCUS, is_set=True), Episode(FOCUS, is_set=True)),
    ],
)
def test_one_write_in_the_place_of_another(episode: Episode | None, then: Episode | None) -> None:
    """The other side's stays; what the call gives back is replaced only where it is the same."""
    after = instead(replace(BOTH, episode=episode), write(), write(presence=FREE))
    assert (after.pending, after.episode) == ((write(presence=FREE), ON_PHONE), then)


def test_a_side_is_released_alone() -> None:
    """Somebody else does its writes, from now on."""
    assert release(BOTH, Side.OMNICHANNEL, at(95)).pending == (replace(write(), held_until=at(95)), ON_PHONE)


WRITTEN = AgentState(
    phone(StatusKind.AVAILABLE),
    shown(FREE, 100),
    written=write(Purpose.RESTORE, FREE),
    overwritten_at=at(50),
    changes=4,
)
MIRRORED = replace(WRITTEN, written=write(Purpose.MIRROR, FREE))


@pytest.mark.parametrize(
    ("state", "presence", "at_s", "expected"),
    [
        (WRITTEN, AWAY, 70, True),
        (WRITTEN, AWAY, 100, True),
        (WRITTEN, AWAY, 101, False),
        (WRITTEN, FREE, 70, False),
        (WRITTEN, AWAY, 51, True),
        (WRITTEN, AWAY, 50, False),
        (replace(WRITTEN, overwritten_at=None), AWAY, 50, True),
        (replace(WRITTEN, last_user_change_at=at(80)), AWAY, 81, True),
        (replace(WRITTEN, last_user_change_at=at(80)), AWAY, 80, False),
        (replace(WRITTEN, omnichannel=None), AWAY, 70, False),
        (replace(WRITTEN, omnichannel=PresenceShown(FREE)), AWAY, 70, False),
        (replace(WRITTEN, omnichannel=shown(FOCUS, 100)), AWAY, 70, False),
        (replace(WRITTEN, written=None), AWAY, 70, False),
        (MIRRORED, AWAY, 80, False),
        (MIRRORED, AWAY, 81, True),
    ],
)
def test_what_was_written_over(state: AgentState, presence: Presence, at_s: float, expected: bool) -> None:
    """Chosen after what we knew of, and by the second of our write, which is there now; a mirrored change is newer."""
    assert was_written_over(state, presence.id, at(at_s)) is expected
    assert (with_late_news(state, shown(presence, at_s), POLICY, at(200)) != state) is expected


@pytest.mark.parametrize(
    ("known", "episode", "wanted"),
    [
        (phone(StatusKind.AVAILABLE), None, [AWAY, StatusKind.AWAY]),
        (phone(StatusKind.AWAY), None, [AWAY]),
        (None, None, [AWAY]),
        (phone(StatusKind.AVAILABLE), Episode(FREE), [AWAY, StatusKind.AWAY]),
        (phone(StatusKind.AVAILABLE), Episode(FREE, is_set=True), [StatusKind.AWAY]),
    ],
)
def test_what_was_written_over_is_given_back(
    known: Availability | None, episode: Episode | None, wanted: list[Presence | StatusKind]
) -> None:
    """At once, or after the call that covers it; the phone follows, and it counts as a change of its time."""
    state = replace(WRITTEN, phone=known, episode=episode, presence_before_timed_status=FOCUS)
    after = with_late_news(state, shown(AWAY, 70), POLICY, at(200))
    assert [one.presence or one.kind for one in after.pending] == wanted
    assert {(one.cause[0], one.caused_at, one.decided_at) for one in after.pending} == {("5", at(70), at(200))}
    assert (after.changes, after.overwritten_at, after.last_user_change_at) == (5, at(70), at(70))
    assert after.presence_before_timed_status is None
    is_covered = episode is not None and episode.is_set
    assert after.episode == (Episode(AWAY, is_set=True) if is_covered else episode)


def test_late_news_waits_while_something_is_to_be_written() -> None:
    """So does news without a time, for ever: the sides are read anyway."""
    busy = replace(WRITTEN, pending=(ON_PHONE,))
    assert with_late_news(busy, shown(AWAY, 70), POLICY, at(200)) == busy
    assert with_late_news(WRITTEN, PresenceShown(AWAY), POLICY, at(200)) == WRITTEN


@pytest.mark.parametrize(
    ("reported", "told", "is_news"),
    [
        (None, shown(AWAY, 9), False),
        (None, shown(AWAY, 10), True),
        (None, PresenceShown(AWAY), True),
        (None, shown(FREE, 11), False),
        (shown(AWAY, 20), shown(FREE, 19), False),
        (shown(AWAY, 20), shown(FREE, 21), True),
        (shown(AWAY, 20), shown(AWAY, 21), False),
        (PresenceShown(AWAY), shown(FREE, 1), True),
    ],
)
def test_what_a_phone_reports(reported: PresenceShown | None, told: PresenceShown, is_news: bool) -> None:
    """Old news and what is known change nothing; what was reported last is newer than what was dealt with."""
    state = AgentState(omnichannel=shown(FREE, 10), reported=reported)
    assert with_report(state, told).reported == (told if is_news else reported)


def test_the_first_report_of_all_is_news() -> None:
    """Nothing was known before."""
    assert with_report(AgentState(), shown(AWAY, 5)).reported == shown(AWAY, 5)


def test_only_the_presence_itself_is_renamed_and_only_to_some_text() -> None:
    """A report may leave the text out."""
    state = AgentState(omnichannel=shown(FREE), episode=Episode(FOCUS, is_set=True))
    assert with_report(state, shown(replace(FREE, text=""), 5)) == state
    after = with_report(state, shown(replace(FREE, text="Free"), 5))
    assert after == replace(state, omnichannel=shown(replace(FREE, text="Free")))
