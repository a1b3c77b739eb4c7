"""The capabilities in the order of the report, and who shows each of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from local.outside import Outside

ORDER = ("callback", "pool", "live", "activity", "enrichment", "enterprise", "presence", "provision", "health")
WITHIN_S = 15.0
LOOK_EVERY_S = 0.02

Show = Callable[[Outside], Awaitable[None]]
_shown: dict[str, Show] = {}


class NotShownError(Exception):
    """The capability did not do what it promises; the text says what was missing."""


@dataclass(frozen=True)
class CapabilityResult:
    """One line of the report."""

    name: str
    result: str
    failed: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.result}"


def capability(name: str) -> Callable[[Show], Show]:
    """Registers who shows a capability: returns when it has worked, raises NotShownError otherwise."""
    if name not in ORDER:
        raise ValueError(f"{name} is not in the report")

    def register(show: Show) -> Show:
        _shown[name] = show
        return show

    return register


async def try_capability(name: str, seen: Outside) -> CapabilityResult:
    """Shows one capability; ``skipped`` when nobody does yet."""
    show = _shown.get(name)
    if show is None:
        return CapabilityResult(name, "skipped")
    begun_at = time.perf_counter()
    try:
        await show(seen)
    except (NotShownError, httpx.HTTPError) as error:
        return CapabilityResult(name, f"FAILED {error or type(error).__name__}", failed=True)
    return CapabilityResult(name, f"ok {(time.perf_counter() - begun_at) * 1000:.0f} ms")


async def eventually[T](check: Callable[[], Awaitable[T | None]], what: str, within_s: float = WITHIN_S) -> T:
    """What ``check`` finds, as soon as it does. Raises NotShownError."""
    end = time.monotonic() + within_s
    while (found := await check()) is None:
        if time.monotonic() > end:
            raise NotShownError(f"{what} within {within_s:.0f} s")
        await asyncio.sleep(LOOK_EVERY_S)
    return found


def expect(found: object, wanted: object, what: str) -> None:
    """Raises NotShownError when something is not as promised."""
    if found != wanted:
        raise NotShownError(f"{what} is {found!r} instead of {wanted!r}")
