"""What follows from each row of the tables, each with what tells it from its neighbours."""

from dataclasses import replace
from datetime import timedelta

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
ALONE = Presence("mine", StatusKind.DND, "Leave me alone")


def pending(
    purpose: Purpose, presence: Presence, *, tried: bool = False, cause: str = "earlier", decided: float = 90
) -> Write:
    """A write of Omnichannel that nobody holds any more."""
    return Write(
        Side.OMNICHANNEL, purpose, cause, at(decided), at(80), at(decided), presence, tried=tried, doubtful=False
    )


def on_phone(kind: StatusKind, *, tried: bool = True) -> Write:
    return Write(Side.PHONE, Purpose.MIRROR, "earlier", at(90), at(80), at(90), kind=kind, tried=tried)


def wanted(state: AgentState) -> list[tuple[Purpose, Presence | StatusKind | None]]:
    return [(one.purpose, one.presence or one.kind) for one in state.pending]


SET, WANTED = Episode(FOCUS, is_set=True), Episode(FOCUS)
MIRROR, IN_CALL, RESTORE, REPAIR = Purpose.MIRROR, Purpose.IN_CALL, Purpose.RESTORE, Purpose.REPAIR
OLD = pending(MIRROR, GONE)
Wanted = tuple[Purpose, Presence] | None


@pytest.mark.parametrize(
    ("calls", "episode", "there", "phone_is_set", "left", "expected", "then"),
    [
        # Nothing of ours is there: what is pending stays, or the phone is followed.
        (0, None, FREE, None, OLD, (MIRROR, GONE), None),
        (0, None, FREE, None, None, None, None),
        (1, NOBODY, FREE, None, OLD, (MIRROR, GONE), NOBODY),
        (0, None, DND, StatusKind.DND, OLD, None, None),
        (1, NOBODY, DND, StatusKind.DND, OLD, None, NOBODY),
        (0, None, FREE, StatusKind.DND, OLD, (MIRROR, DND), None),
        (1, NOBODY, FREE, StatusKind.DND, OLD, (MIRROR, DND), NOBODY),
        (0, None, FOCUS, StatusKind.BUSY, OLD, None, None),
        (1, NOBODY, FOCUS, StatusKind.BUSY, OLD, None, NOBODY),
        (0, None, FREE, StatusKind.BUSY, OLD, (MIRROR, BUSY), None),
        (1, NOBODY, FREE, StatusKind.BUSY, OLD, (MIRROR, BUSY), NOBODY),
        (0, None, DND, StatusKind.BUSY, OLD, (MIRROR, BUSY), None),
        (1, NOBODY, DND, StatusKind.BUSY, OLD, None, Episode(BUSY, is_set=True)),
        (0, None, ALONE, StatusKind.DND, None, None, None),
        (1, NOBODY, ALONE, StatusKind.BUSY, None, None, Episode(BUSY, is_set=True)),
        # A call begins.
        (1, None, FOCUS, None, None, (IN_CALL, DND), WANTED),
        (1, None, FREE, None, pending(MIRROR, FOCUS), (IN_CALL, DND), WANTED),
        (1, None, DND, None, None, None, NOBODY),
        (1, None, FREE, None, pending(MIRROR, DND), (MIRROR, DND), NOBODY),
        (1, None, FOCUS, StatusKind.AWAY, None, (IN_CALL, DND), Episode(AWAY)),
        (1, None, FREE, StatusKind.DND, None, (MIRROR, DND), NOBODY),
        # Do not disturb is not there yet.
        (1, None, DND, None, pending(MIRROR, FOCUS), None, SET),
        (1, WANTED, FOCUS, None, pending(IN_CALL, DND), (IN_CALL, DND), WANTED),
        (1, WANTED, FOCUS, StatusKind.BUSY, pending(IN_CALL, DND), (IN_CALL, DND), WANTED),
        (1, WANTED, FOCUS, StatusKind.AWAY, pending(IN_CALL, DND), (IN_CALL, DND), Episode(AWAY)),
        (1, WANTED, FOCUS, StatusKind.DND, pending(IN_CALL, DND), (MIRROR, DND), NOBODY),
        (0, WANTED, FOCUS, None, pending(IN_CALL, DND), None, None),
        (0, WANTED, FREE, None, pending(IN_CALL, DND), (MIRROR, FOCUS), None),
        (0, WANTED, FOCUS, StatusKind.AWAY, pending(IN_CALL, DND), (MIRROR, AWAY), None),
        (0, WANTED, FOCUS, StatusKind.DND, pending(IN_CALL, DND), (MIRROR, DND), None),
        # Do not disturb is there, but where a late write has uncovered the agent.
        (1, SET, DND, None, None, None, SET),
        (1, SET, DND, None, pending(RESTORE, FOCUS), None, SET),
        (1, SET, DND, StatusKind.BUSY, None, None, SET),
        (1, SET, DND, StatusKind.OFF_WORK, pending(RESTORE, FOCUS), None, Episode(GONE, is_set=True)),
        (1, SET, DND, StatusKind.DND, pending(RESTORE, FOCUS), None, NOBODY),
        (1, SET, ALONE, None, None, None, SET),
        (0, SET, ALONE, StatusKind.DND, None, None, None),
        (1, SET, FREE, None, pending(RESTORE, FOCUS), (REPAIR, DND), SET),
        (0, SET, FREE, StatusKind.DND, pending(RESTORE, FOCUS), (REPAIR, DND), None),
        (1, SET, FREE, None, pending(REPAIR, DND), (REPAIR, DND), SET),
        (1, SET, FREE, StatusKind.OFF_WORK, pending(REPAIR, DND), (REPAIR, DND), Episode(GONE, is_set=True)),
        (1, SET, BUSY, StatusKind.BUSY, pending(REPAIR, DND), (REPAIR, DND), SET),
        (1, SET, FREE, StatusKind.DND, pending(REPAIR, DND), (REPAIR, DND), NOBODY),
        (0, SET, FOCUS, None, None, None, None),
        (0, SET, DND, None, None, (RESTORE, FOCUS), SET),
        (0, SET, FREE, None, pending(REPAIR, DND), (RESTORE, FOCUS), SET),
        (0, SET, DND, StatusKind.OFF_WORK, pending(RESTORE, FOCUS), (RESTORE, GONE), Episode(GONE, is_set=True)),
        (0, SET, DND, StatusKind.DND, pending(RESTORE, FOCUS), None, None),
        (0, SET, FREE, StatusKind.DND, pending(REPAIR, DND), (REPAIR, DND), None),
    ],
)
def test_what_becomes_of_omnichannel(
    calls: int,
    episode: Episode | None,
    there: Presence,
    phone_is_set: StatusKind | None,
    left: Write | None,
    expected: Wanted,
    then: Episode | None,
) -> None:
    """By the call, what is covered, what is there, what somebody set the phone to, and what was left to be written."""
    known, kept = (
        phone(StatusKind.OFF_WORK if phone_is_set is not StatusKind.OFF_WORK else StatusKind.AWAY),
        shown(there),
    )
    state = AgentState(known, kept, TALKS if calls else {}, episode, (left,) if left else ())
    after = reconcile(state, Seen(phone(phone_is_set, 110) if phone_is_set else known, kept), POLICY, NOW)
    assert wanted(after) == ([expected] if expected else [])
    assert after.episode == then
    is_same = left is not None and expected == (left.purpose, left.presence)
    assert [one.cause for one in after.pending if one == left or is_same] == (["earlier"] if is_same else [])


@pytest.mark.parametrize("news", [shown(FREE), shown(FREE, 110), shown(AWAY, 50), shown(FOCUS, 100)])
def test_a_write_that_was_tried_is_done_stays_or_is_given_up(news: PresenceShown) -> None:
    """Done is what shows it; somebody else's choice is mirrored, and the write remembered: it may come late."""
    write = pending(MIRROR, AWAY, tried=True)
    state = AgentState(phone(StatusKind.AWAY), shown(FREE), pending=(write,), written=OLD, overwritten_at=at(5))
    after = reconcile(state, Seen(state.phone, news), POLICY, NOW)
    if news == shown(FREE):
        again = replace(write, held_until=NOW + POLICY.hold, doubtful=True)
        expected = (after.pending, after.abandoned, after.written, after.changes) == ((again,), None, OLD, 1)
    elif news.presence == AWAY:
        expected = (after.pending, after.abandoned, after.written, after.changes) == ((), None, write, 1)
        assert (after.overwritten_at, after.last_user_change_at) == (at(0), None)
    else:
        expected = (after.abandoned, after.written, after.overwritten_at) == (write, None, at(5))
        assert wanted(after) == [(MIRROR, news.presence.kind)]
        assert after.last_user_change_at == news.at
    assert expected


@pytest.mark.parametrize("presence", [ALONE, DND, FOCUS])
def test_what_somebody_else_sets_ends_what_was_tried(presence: Presence) -> None:
    """Be it the very presence that we wanted to set: that is Dynamics' wish, not our write."""
    write = pending(IN_CALL, DND, tried=True)
    state = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), TALKS, Episode(FREE), (write,))
    after = reconcile(state, Seen(state.phone, shown(presence, 110, "SYSTEM")), POLICY, NOW)
    assert (after.episode, after.abandoned) == (NOBODY, write)
    assert wanted(after) == [(MIRROR, presence.kind)]


@pytest.mark.parametrize(("purpose", "then"), [(IN_CALL, Episode(FREE, is_set=True)), (RESTORE, None)])
def test_what_is_seen_as_done_counts_for_the_call(purpose: Purpose, then: Episode | None) -> None:
    """Do not disturb is set, or what was before is back."""
    presence, calls = (DND, TALKS) if purpose is IN_CALL else (FREE, {})
    state = AgentState(
        phone(StatusKind.AVAILABLE),
        shown(FOCUS),
        calls,
        Episode(FREE, is_set=purpose is RESTORE),
        (pending(purpose, presence, tried=True),),
    )
    after = reconcile(state, Seen(state.phone, shown(presence, 110)), POLICY, NOW)
    assert (after.pending, after.episode, after.changes) == ((), then, 1)


@pytest.mark.parametrize("presence", [FOCUS, ALONE])
def test_who_chooses_before_do_not_disturb_was_tried(presence: Presence) -> None:
    """Their choice is what the call covers; do not disturb of their own is left alone."""
    write = pending(IN_CALL, DND)
    state = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), TALKS, Episode(FREE), (write,))
    after = reconcile(state, Seen(state.phone, shown(presence, 110)), POLICY, NOW)
    if presence is FOCUS:
        assert wanted(after) == [(IN_CALL, DND), (MIRROR, StatusKind.BUSY)]
        assert (after.pending[0].cause, after.episode) == ("earlier", WANTED)
    else:
        assert wanted(after) == [(MIRROR, StatusKind.DND)]
        assert (after.episode, after.abandoned) == (NOBODY, None)


@pytest.mark.parametrize("left", [None, OLD])
def test_what_was_never_tried_ends_with_somebodys_choice(left: Write | None) -> None:
    """It cannot come late, so it is not remembered."""
    state = AgentState(phone(StatusKind.AWAY), shown(FREE), pending=(left,) if left else (), written=OLD)
    after = reconcile(state, Seen(state.phone, shown(FOCUS, 110)), POLICY, NOW)
    assert wanted(after) == [(MIRROR, StatusKind.BUSY)]
    assert (after.abandoned, after.written, after.last_user_change_at) == (None, None, at(110))


@pytest.mark.parametrize(
    ("left", "expected"), [(None, (REPAIR, FREE)), (OLD, (MIRROR, GONE)), (pending(IN_CALL, DND), (IN_CALL, DND))]
)
def test_a_late_write_changes_nothing_of_what_is_wanted(left: Write | None, expected: Wanted) -> None:
    """It is taken back by whatever is pending, otherwise by a repair; what a call gives back stays."""
    episode = Episode(FREE) if left and left.purpose is IN_CALL else None
    late = pending(MIRROR, AWAY, tried=True)
    state = AgentState(
        phone(StatusKind.AVAILABLE),
        shown(FREE),
        TALKS if episode else {},
        episode,
        (left,) if left else (),
        abandoned=late,
        written=OLD,
    )
    after = reconcile(state, Seen(state.phone, shown(AWAY, 100)), POLICY, NOW)
    assert wanted(after) == [expected]
    assert (after.abandoned, after.written, after.last_user_change_at) == (None, OLD, None)
    assert after.episode == episode


@pytest.mark.parametrize("episode", [None, NOBODY, WANTED, SET])
def test_do_not_disturb_that_comes_late_serves_the_call_that_began_since(episode: Episode | None) -> None:
    """It counts as set, over what is covered or what was there."""
    late = pending(IN_CALL, DND, tried=True)
    left = (pending(IN_CALL, DND),) if episode is WANTED else ()
    state = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), TALKS, episode, left, abandoned=late)
    after = reconcile(state, Seen(state.phone, shown(DND, 100)), POLICY, NOW)
    covered = episode.before if episode and episode.before else FREE
    assert (after.pending, after.episode, after.abandoned) == ((), Episode(covered, is_set=True), None)


def test_a_late_write_in_a_call_uncovers_nobody() -> None:
    """Do not disturb is set again, and what was covered still comes back."""
    state = AgentState(phone(StatusKind.AVAILABLE), shown(DND), TALKS, SET, abandoned=pending(MIRROR, AWAY, tried=True))
    after = reconcile(state, Seen(state.phone, shown(AWAY, 100)), POLICY, NOW)
    assert (wanted(after), after.episode) == ([(REPAIR, DND)], SET)


@pytest.mark.parametrize(("after_s", "is_late"), [(-6, False), (-5, True), (30, True), (31, False)])
def test_a_late_write_is_known_by_its_time(after_s: float, is_late: bool) -> None:
    """From five seconds before it was decided on to half a minute after its last try."""
    state = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), abandoned=pending(MIRROR, AWAY, tried=True))
    after = reconcile(state, Seen(state.phone, shown(AWAY, 90 + after_s)), POLICY, NOW)
    assert wanted(after) == [(REPAIR, FREE) if is_late else (MIRROR, StatusKind.AWAY)]


def test_what_has_no_time_is_no_late_write() -> None:
    """Whoever set it, it is not known to be ours; nor is what Dynamics has set."""
    state = AgentState(phone(StatusKind.AVAILABLE), shown(FREE), abandoned=pending(MIRROR, AWAY, tried=True))
    for news in (PresenceShown(AWAY, None, "AGENT"), shown(AWAY, 100, "SYSTEM")):
        assert wanted(reconcile(state, Seen(state.phone, news), POLICY, NOW)) == [(MIRROR, StatusKind.AWAY)]


@pytest.mark.parametrize("tried", [True, False])
@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (phone(StatusKind.AVAILABLE), "again"),
        (None, "as it is"),
        (phone(StatusKind.AWAY, 100), "done"),
        (phone(StatusKind.BUSY, 100), "somebody's"),
    ],
)
def test_a_pending_write_on_the_phone(seen: Availability | None, expected: str, tried: bool) -> None:
    """It waits while nobody can see whether it is done, is done once it shows, and is never given up."""
    write, known = on_phone(StatusKind.AWAY, tried=tried), phone(StatusKind.AVAILABLE)
    after = reconcile(AgentState(known, shown(AWAY), pending=(write,)), Seen(seen, shown(AWAY)), POLICY, NOW)
    again = replace(write, held_until=NOW + POLICY.hold, tried=True, doubtful=tried)
    if expected == "somebody's":
        assert (wanted(after), after.last_user_change_at) == ([(MIRROR, BUSY)], at(100))
    else:
        assert after.pending == {"again": (again,), "as it is": (write,), "done": ()}[expected]
        assert after.last_user_change_at is None
    assert (after.abandoned, after.phone) == (None, seen or known)


def test_a_wish_for_the_phone_is_replaced_or_dropped_with_the_next_choice() -> None:
    """The same wish stays what it was, with its cause; what the phone shows already is not written."""
    state = AgentState(phone(StatusKind.AVAILABLE), shown(AWAY), pending=(on_phone(StatusKind.AWAY),))
    for presence, expected in ((FOCUS, (StatusKind.BUSY, "1/mirror/phone")), (FREE, None)):
        after = reconcile(state, Seen(state.phone, shown(presence, 110)), POLICY, NOW)
        assert [(one.kind, one.cause) for one in after.pending] == ([expected] if expected else [])
    [same] = reconcile(state, Seen(state.phone, shown(AWAY, 110)), POLICY, NOW).pending
    assert (same.kind, same.cause) == (StatusKind.AWAY, "earlier")
    [waits] = reconcile(state, Seen(None, shown(AWAY, 110)), POLICY, NOW).pending
    assert waits == on_phone(StatusKind.AWAY)


@pytest.mark.parametrize(("since_s", "is_followed"), [(59, False), (60, False), (61, True)])
def test_a_phone_status_that_is_older_than_the_last_change_gives_way(since_s: float, is_followed: bool) -> None:
    """Also where that change was seen in an earlier reconciliation."""
    state = AgentState(phone(StatusKind.AWAY), shown(FREE), last_user_change_at=at(60))
    after = reconcile(state, Seen(phone(StatusKind.BUSY, since_s), shown(FREE)), POLICY, NOW)
    assert wanted(after) == [(MIRROR, BUSY) if is_followed else (MIRROR, StatusKind.AVAILABLE)]
    assert after.last_user_change_at == at(max(since_s, 60))


def test_a_phone_status_that_gives_way_follows_what_omnichannel_is_to_be() -> None:
    """That is still to be written there."""
    state = AgentState(phone(StatusKind.AWAY), shown(FREE), pending=(OLD,), last_user_change_at=at(110))
    after = reconcile(state, Seen(phone(StatusKind.BUSY, 105), shown(FREE)), POLICY, NOW)
    assert wanted(after) == [(MIRROR, GONE), (MIRROR, StatusKind.OFF_WORK)]


def test_a_status_that_comes_back_counts_from_the_end_of_the_other() -> None:
    """It began earlier; where that end is not known, it counts from now."""
    lunch = phone(StatusKind.OFF_WORK, 100, ends=150)
    for known, since in ((lunch, at(150)), (replace(lunch, ends_at=None), NOW)):
        state = AgentState(known, shown(GONE, 100), last_user_change_at=at(120))
        after = reconcile(state, Seen(phone(StatusKind.AWAY, 50), shown(GONE, 100)), POLICY, NOW)
        assert (wanted(after), after.last_user_change_at) == ([(MIRROR, AWAY)], since)


@pytest.mark.parametrize(
    ("covered", "ends", "expected"), [(FOCUS, 150, FOCUS), (FOCUS, None, BUSY), (AWAY, 150, BUSY), (None, 150, BUSY)]
)
def test_what_a_status_with_an_end_covered_comes_back_with_that_end(
    covered: Presence | None, ends: float | None, expected: Presence
) -> None:
    """Only if it is of the kind that the phone is back to."""
    known = phone(StatusKind.OFF_WORK, 100, ends)
    state = AgentState(known, shown(GONE, 100), presence_before_timed_status=covered)
    after = reconcile(state, Seen(phone(StatusKind.BUSY, 160), shown(GONE, 100)), POLICY, NOW)
    assert (wanted(after), after.presence_before_timed_status) == ([(MIRROR, expected)], None)


@pytest.mark.parametrize(
    ("episode", "covered", "expected"), [(None, None, FREE), (SET, None, FOCUS), (None, AWAY, AWAY), (SET, AWAY, AWAY)]
)
def test_a_status_with_an_end_remembers_what_it_covers(
    episode: Episode | None, covered: Presence | None, expected: Presence
) -> None:
    """What the call covers, or what shows; of two in a row what the first has covered; nobody's word changes it."""
    there = shown(DND if episode else FREE)
    known = phone(StatusKind.AVAILABLE)
    state = AgentState(known, there, TALKS if episode else {}, episode, presence_before_timed_status=covered)
    lunch = phone(StatusKind.OFF_WORK, 110, ends=1000)
    after = reconcile(state, Seen(lunch, there), POLICY, NOW)
    assert after.presence_before_timed_status == expected
    assert reconcile(state, Seen(known, there), POLICY, NOW).presence_before_timed_status == covered
    chosen = reconcile(after, Seen(lunch, shown(AWAY, 120)), POLICY, NOW + POLICY.hold)
    assert chosen.presence_before_timed_status is None


def test_what_is_written_names_its_change_and_is_held() -> None:
    """The number of the change, its purpose and side; when we decided, when somebody changed it, and until when."""
    state = AgentState(phone(StatusKind.AWAY), shown(FREE), changes=6)
    [write] = reconcile(state, Seen(phone(StatusKind.BUSY, 110), shown(FREE)), POLICY, NOW).pending
    assert write == Write(
        Side.OMNICHANNEL, MIRROR, "7/mirror/omnichannel", NOW, at(110), NOW + timedelta(seconds=45), BUSY
    )
    both = Seen(phone(StatusKind.BUSY, 110), shown(AWAY, 120))
    assert reconcile(state, both, POLICY, NOW).pending[0].caused_at == at(120)
    begun = reconcile(replace(state, calls=TALKS), Seen(state.phone, shown(FREE)), POLICY, NOW)
    assert (begun.pending[0].caused_at, begun.changes) == (NOW, 7)


def test_changes_are_counted_only_where_there_is_something_new() -> None:
    """A change that needs no write counts; a reconciliation that finds none does not."""
    quiet = AgentState(phone(StatusKind.AWAY), shown(FREE), changes=6)
    assert reconcile(quiet, Seen(quiet.phone, shown(FREE)), POLICY, NOW).changes == 6
    changed = reconcile(quiet, Seen(phone(StatusKind.AVAILABLE, 110), shown(FREE)), POLICY, NOW)
    assert (changed.pending, changed.changes) == ((), 7)
    set_again = reconcile(quiet, Seen(quiet.phone, shown(AWAY, 110)), POLICY, NOW)
    assert (set_again.pending, set_again.changes) == ((), 7)


@pytest.mark.parametrize(
    ("by", "written", "is_followed"), [("SYSTEM", True, True), ("AGENT", True, False), ("SYSTEM", False, False)]
)
def test_dynamics_takes_over_what_we_have_written_but_could_not_read(by: str, written: bool, is_followed: bool) -> None:
    """It sets the very presence that we did; only who set it tells the two apart."""
    write = pending(MIRROR, DND, tried=True) if written else None
    state = AgentState(phone(StatusKind.DND), PresenceShown(DND), written=write, last_user_change_at=at(50))
    seen = Seen(phone(StatusKind.AVAILABLE, 100), shown(DND, 110, by))
    expected = StatusKind.DND if is_followed else FREE
    assert wanted(reconcile(state, seen, POLICY, NOW)) == [(MIRROR, expected)]
