"""The ids of the messages that ask to reconcile: causes do not swallow each other, and do not add up."""

from datetime import UTC, datetime, timedelta

from shared.calls.messages import NOTED_EVERY_S, check_again, noted
from shared.calls.rules import CHECK_EVERY_S

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_each_cause_has_its_own_quick_looks_and_all_share_the_slow_ones() -> None:
    """Duplicate detection drops what has the id of an earlier message."""
    quick = {check_again("c", 1, NOW, cause, 1.0).id for cause in ("ended", "UserCallInDisconnected/4")}
    slow = {check_again("c", 8, NOW, cause, CHECK_EVERY_S).id for cause in ("ended", "UserCallInDisconnected/4")}
    assert (len(quick), len(slow)) == (2, 1)


def test_many_notes_in_a_row_make_one_check_after_the_last_of_them() -> None:
    """The check is due when its turn is over, so that it sees every note that asked for it."""
    first, delay_s = noted("c", NOW)
    later, later_s = noted("c", NOW + timedelta(seconds=NOTED_EVERY_S * 0.9))
    following, _ = noted("c", NOW + timedelta(seconds=NOTED_EVERY_S))
    assert (first.id, delay_s > later_s > 0) == (later.id, True)
    assert following.id != first.id
