"""What holds an agent in a call: leases, and what becomes of them when nobody answers."""

from datetime import UTC, datetime, timedelta

from shared.presence.calls import MOST, TOO_LATE, is_talking_asked, with_news, without_expired
from shared.presence.model import AgentState, CallNews, CallStep

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def test_a_call_nobody_can_say_anything_about_holds_him_ten_minutes_at_most() -> None:
    """The voice cloud is away: no answer is no end, but not for ever."""
    state = with_news(AgentState(), CallNews("c1", CallStep.STARTED, 1, T0), LEASE, T0)
    soon, late = T0 + 2 * LEASE, T0 + LEASE + TOO_LATE + timedelta(seconds=1)
    assert is_talking_asked(state, soon)
    assert without_expired(state, None, LEASE, soon) == state
    assert without_expired(state, True, LEASE, late).in_call
    assert not without_expired(state, None, LEASE, late).in_call


def test_his_row_stays_small_whatever_is_told_of_him() -> None:
    """Of very many calls the newest are kept."""
    state = AgentState()
    for number in range(3 * MOST):
        now = T0 + timedelta(seconds=number)
        state = with_news(state, CallNews(f"c{number}", CallStep.GOES_ON, 0, now), LEASE, now)
    assert (len(state.calls), f"c{3 * MOST - 1}" in state.calls) == (MOST, True)
