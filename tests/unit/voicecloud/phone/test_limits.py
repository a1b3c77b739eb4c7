"""How often a phone may offer audio."""

from datetime import timedelta

import pytest

from shared.errors import Throttled
from tests.fixtures.routing import MONDAY_NOON
from voicecloud.phone.limits import AT_ONCE, EVERY_S, OfferLimit


def test_a_thousand_offers_at_once_are_ten() -> None:
    """One more is taken after each pause, and another user's are not counted."""
    limit = OfferLimit()
    for _ in range(AT_ONCE):
        limit.take("ann", MONDAY_NOON)
    for _ in range(1_000 - AT_ONCE):
        with pytest.raises(Throttled) as refused:
            limit.take("ann", MONDAY_NOON)
        assert 0 < refused.value.retry_after_s <= EVERY_S
    limit.take("bob", MONDAY_NOON)
    later = MONDAY_NOON + timedelta(seconds=EVERY_S)
    limit.take("ann", later)
    with pytest.raises(Throttled):
        limit.take("ann", later)


def test_rest_gives_no_more_than_the_first_ten() -> None:
    """A day without offers is no licence for a flood."""
    limit = OfferLimit()
    limit.take("ann", MONDAY_NOON)
    tomorrow = MONDAY_NOON + timedelta(days=1)
    for _ in range(AT_ONCE):
        limit.take("ann", tomorrow)
    with pytest.raises(Throttled):
        limit.take("ann", tomorrow)
