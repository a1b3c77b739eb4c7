"""Service protection limits: requests, execution time and concurrency per user, within a sliding five minutes."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.dynamics.errors import DataverseError

WINDOW_S = 300.0
CONCURRENT_PAUSE_S = 1.0


@dataclass
class ServiceLimits:
    """The service's own figures; tests set smaller ones."""

    requests: int = 6000
    execution_s: float = 1200.0
    concurrent: int = 52


class ServiceProtection:
    """Counts what each user asks; ``monotonic`` gives seconds."""

    def __init__(self, limits: ServiceLimits, monotonic: Callable[[], float]) -> None:
        self.limits = limits
        self._now = monotonic
        self._spent: dict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._running: dict[str, int] = defaultdict(int)

    @contextmanager
    def admit(self, user: str) -> Iterator[dict[str, str]]:
        """Around one request; gives the headers that say what is left.

        Raises DataverseError 429 with Retry-After when a limit is reached. A refused request counts too, so that
        who goes on asking waits longer.
        """
        spent = self._spent[user]
        started = self._now()
        while spent and spent[0][0] <= started - WINDOW_S:
            spent.popleft()
        self._check(user, spent, started)
        self._running[user] += 1
        try:
            yield self._left(spent)
        finally:
            self._running[user] -= 1
            spent.append((started, self._now() - started))

    def forget(self) -> None:
        self._spent.clear()

    def _check(self, user: str, spent: deque[tuple[float, float]], now: float) -> None:
        limits = self.limits
        if self._running[user] >= limits.concurrent:
            message = f"Number of concurrent requests exceeded the limit of {limits.concurrent}."
            raise _throttled("0x80072326", message, CONCURRENT_PAUSE_S)
        if len(spent) >= limits.requests:
            free_in_s = spent[len(spent) - limits.requests][0] + WINDOW_S - now
            spent.append((now, 0.0))
            message = f"Number of requests exceeded the limit of {limits.requests} over time window of 300 seconds."
            raise _throttled("0x80072322", message, free_in_s)
        if sum(duration for _, duration in spent) >= limits.execution_s:
            message = (
                f"Combined execution time of incoming requests exceeded limit of {limits.execution_s * 1000:.0f} "
                "milliseconds over time window of 300 seconds."
            )
            raise _throttled("0x80072321", message, spent[0][0] + WINDOW_S - now)

    def _left(self, spent: deque[tuple[float, float]]) -> dict[str, str]:
        time_left = self.limits.execution_s - sum(duration for _, duration in spent)
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(self.limits.requests - len(spent) - 1),
            "x-ms-ratelimit-time-remaining-xrm-requests": f"{time_left:,.2f}",
        }


def _throttled(code: str, message: str, retry_after_s: float) -> DataverseError:
    return DataverseError(429, code, message, {"Retry-After": str(max(1, round(retry_after_s + 0.5)))})
