"""How often one agent may ask: a bucket of tokens each, in this instance's memory.

With several instances an agent may ask that much of each: what matters is that no instance and no neighbour drowns.
"""

import time
from collections.abc import Callable
from enum import StrEnum

from shared.errors import Limited

MOST = 10_000
"""Agents counted at once; of more than that, those who may ask everything are forgotten."""


class Budget(StrEnum):
    """What requests are counted together: whoever leafs through lists can still answer, hang up and stay signed in."""

    COMMANDS = "commands"
    HEARTBEATS = "heartbeats"
    READS = "reads"


ALLOWED = {Budget.COMMANDS: (40, 4.0), Budget.HEARTBEATS: (40, 4.0), Budget.READS: (60, 4.0)}
"""Requests at once, and a second on average. All phones share what the voice cloud lets the API user ask (3,000 a
minute), so none may take much of it."""


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
        tokens = self._tokens(agent_id, now)
        if tokens < 1:
            raise Limited("phone-too-often", "this phone asks too often", (1 - tokens) / self._per_s)
        if len(self._buckets) >= MOST:
            self._buckets = {one: kept for one, kept in self._buckets.items() if self._tokens(one, now) < self._burst}
        self._buckets[agent_id] = (tokens - 1, now)

    def _tokens(self, agent_id: str, now: float) -> float:
        tokens, then = self._buckets.get(agent_id, (self._burst, now))
        return min(self._burst, tokens + (now - then) * self._per_s)


class Limits:
    """The budgets of every agent, each kind apart."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._limiters = {budget: Limiter(*allowed, now=now) for budget, allowed in ALLOWED.items()}

    def take(self, budget: Budget, agent_id: str) -> None:
        """Raises Limited ``phone-too-often``."""
        self._limiters[budget].take(agent_id)
