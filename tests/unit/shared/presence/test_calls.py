"""What holds an agent in a call: leases, and what becomes of them when nobody answers."""

from datetime import UTC, datetime, timedelta

from shared.presence.calls import MOST, TOO_LATE, is_talking_asked, with_news, without_expired
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
