"""What holds an agent in a call: leases, and what becomes of them when nobody answers."""

from datetime import UTC, datetime, timedelta

from shared.presence.call_leases import MOST, TOO_LATE, is_talking_asked, next_lease_end, with_news, without_expired
from shared.presence.model import AgentState, CallNews, CallStep

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def test_a_call_nobody_knows_about_holds_its_agent_ten_minutes_at_most() -> None:
    """The voice cloud is away: no answer is no end, but not for ever."""
    state = with_news(AgentState(), CallNews("c1", CallStep.STARTED, 1, T0), LEASE, T0)
    soon, late = T0 + 2 * LEASE, T0 + LEASE + TOO_LATE + timedelta(seconds=1)
    assert is_talking_asked(state, soon)
    assert without_expired(state, None, LEASE, soon) == state
    assert without_expired(state, True, LEASE, late).in_call
    assert not without_expired(state, None, LEASE, late).in_call


def test_an_agents_row_stays_small_whatever_is_reported() -> None:
    """Of very many calls the newest are kept."""
    state = AgentState()
    for number in range(3 * MOST):
        now = T0 + timedelta(seconds=number)
        state = with_news(state, CallNews(f"c{number}", CallStep.GOES_ON, 0, now), LEASE, now)
    assert (len(state.calls), f"c{3 * MOST - 1}" in state.calls) == (MOST, True)


def told(state: AgentState, step: CallStep, sequence: int, after_s: float) -> AgentState:
    """The state after the phone has reported its call."""
    now = T0 + timedelta(seconds=after_s)
    return with_news(state, CallNews("c1", step, sequence, now), LEASE, now)


def test_a_phone_that_was_cut_off_holds_its_agent_again_when_it_is_back() -> None:
    """Its silence has ended the call; that it goes on ends the silence (E3, K1)."""
    state = told(AgentState(), CallStep.GOES_ON, 4, 0)
    silent = without_expired(state, None, LEASE, T0 + 2 * LEASE)
    assert not silent.in_call
    assert told(silent, CallStep.GOES_ON, 4, 61).in_call


def test_a_call_that_is_over_is_not_begun_again_by_what_the_phone_said_before() -> None:
    """Only one that came back to the agent goes on: its place among the call's events says which is newer."""
    over = told(told(AgentState(), CallStep.GOES_ON, 4, 0), CallStep.ENDED, 5, 1)
    assert not told(over, CallStep.GOES_ON, 4, 2).in_call
    back = told(over, CallStep.GOES_ON, 7, 3)
    assert back.in_call
    assert told(back, CallStep.ENDED, 5, 4).in_call
    assert not told(back, CallStep.ENDED, 8, 5).in_call


def test_an_end_that_knows_no_number_ends_all_the_same_and_leaves_the_number_known() -> None:
    """What the phone said before is still older."""
    over = told(told(AgentState(), CallStep.GOES_ON, 4, 0), CallStep.ENDED, 0, 1)
    assert not over.in_call
    assert not told(over, CallStep.GOES_ON, 3, 2).in_call
    assert not told(told(over, CallStep.GOES_ON, 0, 2), CallStep.STARTED, 4, 3).in_call


def test_news_that_are_repeated_change_nothing() -> None:
    """A start that is reported twice does not hold the agent longer."""
    begun = told(AgentState(), CallStep.STARTED, 1, 0)
    assert told(begun, CallStep.STARTED, 1, 9) == begun
    assert told(told(begun, CallStep.ENDED, 2, 10), CallStep.STARTED, 1, 11).in_call is False


def test_of_a_start_that_is_ten_minutes_old_nothing_follows() -> None:
    """Who is talking is asked then; one of exactly ten minutes counts."""
    for age, counts in ((TOO_LATE, True), (TOO_LATE + timedelta(seconds=1), False)):
        news = CallNews("c1", CallStep.STARTED, 1, T0 - age)
        assert with_news(AgentState(), news, LEASE, T0).in_call is counts


def test_the_phone_goes_on_to_hold_its_call_whatever_the_voice_cloud_tells_of_it() -> None:
    """Until its end: then nobody asks for the phone's word any more."""
    kept = told(told(AgentState(), CallStep.GOES_ON, 1, 0), CallStep.STARTED, 2, 1)
    assert kept.calls["c1"].by_phone
    again = told(told(kept, CallStep.ENDED, 3, 2), CallStep.STARTED, 4, 3)
    assert not again.calls["c1"].by_phone


def test_who_talks_is_asked_only_of_a_lease_that_has_run_out() -> None:
    """Not where the phone says so, and not of a call that is over."""
    out, begun = T0 + LEASE, told(AgentState(), CallStep.STARTED, 1, 0)
    assert not is_talking_asked(begun, out - timedelta(seconds=1))
    assert is_talking_asked(begun, out)
    assert not is_talking_asked(told(AgentState(), CallStep.GOES_ON, 1, 0), out)
    assert not is_talking_asked(told(begun, CallStep.ENDED, 2, 1), out)


def test_a_lease_that_runs_is_cut_short_by_nobody() -> None:
    """One that has run out is renewed where the agent talks, and ended where not."""
    out, begun = T0 + LEASE, told(AgentState(), CallStep.STARTED, 1, 0)
    assert without_expired(begun, False, LEASE, out - timedelta(seconds=1)) == begun
    assert not without_expired(begun, False, LEASE, out).in_call
    renewed = without_expired(begun, True, LEASE, out)
    assert (renewed.in_call, next_lease_end(renewed)) == (True, out + LEASE)


def test_the_next_lease_to_end_is_that_of_a_call_that_goes_on() -> None:
    """The earliest; without a call there is none."""
    state = told(AgentState(), CallStep.STARTED, 1, 0)
    state = with_news(state, CallNews("c2", CallStep.STARTED, 1, T0), LEASE, T0 + timedelta(seconds=9))
    assert next_lease_end(state) == T0 + LEASE
    state = told(state, CallStep.ENDED, 2, 10)
    assert next_lease_end(state) == T0 + timedelta(seconds=9) + LEASE
    assert next_lease_end(AgentState()) is None


def test_a_call_that_is_over_is_known_for_an_hour() -> None:
    """So long news of it are recognised as late."""
    over = told(told(AgentState(), CallStep.STARTED, 1, 0), CallStep.ENDED, 2, 0)
    for after_s, known in ((3599, True), (3600, False)):
        now = T0 + timedelta(seconds=after_s)
        other = with_news(over, CallNews("c2", CallStep.STARTED, 1, now), LEASE, now)
        assert ("c1" in other.calls) is known


def test_a_call_that_the_phone_keeps_up_holds_its_agent_for_a_lease() -> None:
    """From each sign on; nobody is asked about it, for the phone's silence ends it."""
    going = told(AgentState(), CallStep.GOES_ON, 4, 5)
    assert next_lease_end(going) == T0 + timedelta(seconds=5) + LEASE
    assert not is_talking_asked(going, T0 + 9 * LEASE)
    both = with_news(going, CallNews("c2", CallStep.STARTED, 1, T0), LEASE, T0)
    assert is_talking_asked(both, T0 + 9 * LEASE)
    assert next_lease_end(told(both, CallStep.ENDED, 5, 9)) == T0 + LEASE


def test_a_phones_sign_of_life_in_a_call_that_it_does_not_keep_up_yet_makes_it_do_so() -> None:
    """Its number among the call's events may only grow; a sign without one leaves it."""
    begun = told(AgentState(), CallStep.STARTED, 6, 0)
    kept = told(begun, CallStep.GOES_ON, 2, 5)
    assert kept.calls["c1"].by_phone
    assert kept.calls["c1"].sequence == told(begun, CallStep.GOES_ON, 0, 5).calls["c1"].sequence == 6
    again = told(told(kept, CallStep.ENDED, 7, 6), CallStep.STARTED, 8, 7)
    assert (again.calls["c1"].by_phone, told(kept, CallStep.STARTED, 8, 7).calls["c1"].by_phone) == (False, True)


def test_a_call_that_nobody_knew_of_has_the_number_it_is_reported_with() -> None:
    """Of none at all it is zero."""
    assert told(AgentState(), CallStep.GOES_ON, 0, 0).calls["c1"].sequence == 0
    assert told(AgentState(), CallStep.ENDED, 0, 0).calls["c1"].sequence == 0


def test_what_is_over_is_not_ended_again_by_silence() -> None:
    """Exactly ten minutes of nobody knowing are not too long yet."""
    over = told(told(AgentState(), CallStep.GOES_ON, 4, 0), CallStep.ENDED, 5, 1)
    assert without_expired(over, None, LEASE, T0 + 2 * TOO_LATE) is over
    begun = told(AgentState(), CallStep.STARTED, 1, 0)
    assert without_expired(begun, None, LEASE, T0 + LEASE + TOO_LATE) is begun
