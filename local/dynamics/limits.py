"""Service protection limits: requests, execution time and concurrency per user, within a sliding five minutes."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.dynamics.errors import DataverseError

WINDOW_S = 300.0


@dataclass
class Limits:
    """The service's own figures; tests set smaller ones."""

    requests: int = 6000
    execution_s: float = 1200.0
    concurrent: int = 52


class ServiceProtection:
    """Counts what each user asks; ``monotonic`` gives seconds."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self.limits = limits
        self._now = monotonic
        self._spent: dict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._running: dict[str, int] = defaultdict(int)

    @contextmanager
    def admit(self, user: str) -> Iterator[None]:
        """Around one request. Raises DataverseError 429 with Retry-After when a limit is reached."""
        spent = self._spent[user]
        started = self._now()
        while spent and spent[0][0] <= started - WINDOW_S:
            spent.popleft()
        self._check(user, spent, started)
        self._running[user] += 1
        try:
            yield
        finally:
            self._running[user] -= 1
            spent.append((started, self._now() - started))

    def _check(self, user: str, spent: deque[tuple[float, float]], now: float) -> None:
        if self._running[user] >= self.limits.concurrent:
            raise _throttled("0x80072326", "Number of concurrent requests exceeded the limit of 52.", 1.0)
        if len(spent) >= self.limits.requests:
            free_in_s = spent[0][0] + WINDOW_S - now
            raise _throttled("0x80072322", "Number of requests exceeded the limit of 6000 over 300 seconds.", free_in_s)
        if sum(duration for _, duration in spent) >= self.limits.execution_s:
            free_in_s = spent[0][0] + WINDOW_S - now
            raise _throttled("0x80072321", "Combined execution time exceeded the limit over 300 seconds.", free_in_s)


def _throttled(code: str, message: str, retry_after_s: float) -> DataverseError:
    return DataverseError(429, code, message, {"Retry-After": str(max(1, round(retry_after_s + 0.5)))})
