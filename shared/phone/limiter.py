"""How often one agent may ask: a bucket of tokens each, in this instance's memory.

With several instances an agent may ask that much of each: what matters is that no instance and no neighbour drowns.
"""

import time
from collections.abc import Callable

from shared.errors import Limited


class Limiter:
    """``burst`` requests at once, ``per_s`` a second on average. ``now`` counts seconds."""

    def __init__(self, burst: int, per_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._per_s = per_s
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, agent_id: str) -> None:
        """Raises Limited ``phone-too-often``."""
        now = self._now()
        tokens, then = self._buckets.get(agent_id, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._per_s)
        if tokens < 1:
            raise Limited("phone-too-often", "this phone asks too often", (1 - tokens) / self._per_s)
        self._buckets[agent_id] = (tokens - 1, now)
