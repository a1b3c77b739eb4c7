"""Requests a caller may make: a bucket of tokens per user, refilled evenly."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.errors import Throttled


@dataclass(eq=False, repr=False)
class RateLimiter:
    """``per_minute`` requests on average, as many again at once; 0 switches it off. ``now`` counts seconds."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict, init=False)

    def take(self, key: str) -> None:
        """Raises Throttled ``rate-limit`` with the pause after which the next request is welcome."""
        if not self.per_minute:
            return
        rate = self.per_minute / 60
        now = self.now()
        tokens, then = self._buckets.get(key, (float(self.per_minute), now))
        tokens = min(float(self.per_minute), tokens + (now - then) * rate)
        if tokens < 1:
            raise Throttled("rate-limit", "too many requests", (1 - tokens) / rate)
        self._buckets[key] = (tokens - 1, now)
