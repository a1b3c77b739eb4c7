"""Requests a caller may make: a bucket of tokens per user, refilled evenly."""

import time
from collections.abc import Callable

from shared.errors import Throttled


class RateLimiter:
    """``per_minute`` requests on average, as many again at once; 0 switches it off. ``now`` counts seconds."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> None:
        """Raises Throttled ``rate-limit`` with the pause after which the next request is welcome."""
        if not self._per_minute:
            return
        rate = self._per_minute / 60
        now = self._now()
        tokens, then = self._buckets.get(key, (float(self._per_minute), now))
        tokens = min(float(self._per_minute), tokens + (now - then) * rate)
        if tokens < 1:
            raise Throttled("rate-limit", "too many requests", (1 - tokens) / rate)
        self._buckets[key] = (tokens - 1, now)
