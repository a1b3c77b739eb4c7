"""How often a phone may offer audio: each offer costs a key exchange."""

from datetime import datetime

from shared.errors import Throttled

AT_ONCE = 10
EVERY_S = 0.5
"""One more is allowed after so long."""


class OfferLimit:
    """Counts in memory, per user."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, user_id: str, now: datetime) -> None:
        """Raises Throttled ``phone-offers``."""
        left, since = self._left.get(user_id, (float(AT_ONCE), now))
        left = min(float(AT_ONCE), left + (now - since).total_seconds() / EVERY_S)
        if left < 1:
            raise Throttled("phone-offers", "too many offers from one phone", (1 - left) * EVERY_S)
        self._left[user_id] = (left - 1, now)
