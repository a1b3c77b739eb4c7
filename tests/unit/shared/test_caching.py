import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared import caching
from shared.caching import Cached
from shared.errors import Unavailable

START = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Source:
    """Counts what it is asked; fails while told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False

    async def fetch(self, key: str) -> str:
        self.asked.append(key)
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("away", "not now")
        return f"{key}{len(self.asked)}"


async def test_an_answer_is_kept_for_its_time() -> None:
    """Then it is asked for again; other keys have answers of their own."""
    now, source = START, Source()
    cached = Cached(source.fetch, 2.0, lambda: now)
    assert [await cached.get("a"), await cached.get("a"), await cached.get("b")] == ["a1", "a1", "b2"]
    now += timedelta(seconds=2)
    assert await cached.get("a") == "a3"


async def test_who_asks_at_the_same_time_shares_one_request() -> None:
    """However many; the failure too, which is not kept."""
    source = Source()
    cached = Cached(source.fetch, 2.0, lambda: START)
    source.is_away = True
    failed = await asyncio.gather(*(cached.get("a") for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in failed} == {Unavailable}
    assert source.asked == ["a"]
    source.is_away = False
    assert set(await asyncio.gather(*(cached.get("a") for _ in range(50)))) == {"a2"}


async def test_one_who_goes_away_takes_nothing_from_the_others() -> None:
    """A cancelled request goes on for who else waits for it."""
    source = Source()
    cached = Cached(source.fetch, 2.0, lambda: START)
    first, second = asyncio.create_task(cached.get("a")), asyncio.create_task(cached.get("a"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "a1"


async def test_what_is_forgotten_is_fetched_again() -> None:
    """Also when an older answer is still under way: it reaches who asked for it and is not kept."""
    answers = {"old": asyncio.Event(), "new": asyncio.Event()}
    asked = iter(answers)

    async def fetch(_: str) -> str:
        answer = next(asked)
        await answers[answer].wait()
        return answer

    cached = Cached(fetch, 60.0, lambda: START)
    before = asyncio.create_task(cached.get("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cached.forget("a")
    after = asyncio.create_task(cached.get("a"))
    answers["new"].set()
    assert await after == "new"
    answers["old"].set()
    assert (await before, await cached.get("a")) == ("old", "new")


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit it begins again."""
    monkeypatch.setattr(caching, "LARGEST", 3)
    source = Source()
    cached = Cached(source.fetch, 60.0, lambda: START)
    for key in "abcd":
        await cached.get(key)
    await cached.get("a")
    assert source.asked == ["a", "b", "c", "d", "a"]
