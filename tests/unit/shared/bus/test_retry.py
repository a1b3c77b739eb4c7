import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.retry import JITTER, GiveUp, RetryAt, next_step
from shared.errors import Conflict, Forbidden, InvalidInput, Misconfigured, Missing, Throttled, Unavailable

SCHEDULE = (1.0, 5.0, 60.0)


def test_each_failure_waits_as_the_schedule_says_and_the_last_gives_up() -> None:
    """Three pauses mean four tries; then the reason is kept."""
    error = Unavailable("bus-unavailable", "gone")
    steps = [next_step(error, attempt, SCHEDULE, 0.0) for attempt in range(4)]
    assert steps == [RetryAt(1.0), RetryAt(5.0), RetryAt(60.0), GiveUp("bus-unavailable", "gone")]


def test_what_no_repetition_mends_is_given_up_at_once() -> None:
    """Bad input is not tried again; a wrong setting is, because it can be corrected meanwhile."""
    assert isinstance(next_step(InvalidInput("malformed-event", "no"), 0, SCHEDULE, 0.0), GiveUp)
    assert isinstance(next_step(Forbidden("x", "no"), 0, SCHEDULE, 0.0), GiveUp)
    assert isinstance(next_step(Misconfigured("entra-refused", "no"), 0, SCHEDULE, 0.0), RetryAt)


@given(pause=st.floats(0, 600), attempt=st.integers(0, 2), jitter=st.floats(-1, 1))
def test_a_pause_that_was_asked_for_is_never_cut_short(pause: float, attempt: int, jitter: float) -> None:
    """Retry-After is honoured at every attempt, whatever the jitter."""
    step = next_step(Throttled("dataverse-throttled", "later", pause), attempt, SCHEDULE, jitter)
    assert isinstance(step, RetryAt)
    assert step.delay_s >= pause


@pytest.mark.parametrize("jitter", [-1.0, 1.0])
def test_jitter_spreads_a_pause_within_its_bounds(jitter: float) -> None:
    """A pause varies by a fifth at most."""
    step = next_step(Unavailable("x", "y"), 1, SCHEDULE, jitter)
    assert step == RetryAt(5.0 * (1 + JITTER * jitter))


@pytest.mark.parametrize("error", [Conflict("lease-lost", "no"), Missing("voicecloud-missing", "no")])
def test_a_race_that_was_lost_is_run_again(error: Conflict | Missing) -> None:
    """What changed or vanished while a handler was at work is tried again, and not for ever."""
    assert next_step(error, 0, SCHEDULE, 0.0) == RetryAt(1.0)
    assert isinstance(next_step(error, len(SCHEDULE), SCHEDULE, 0.0), GiveUp)
