"""Guessing passwords over the API."""

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.errors import Limited, Unauthorised, Unavailable
from shared.storage.tables import Row
from tests.fixtures.voicecloud import API_PASSWORD, API_USER, RunVoiceCloud, VoiceCloud

ANNA = "anna.korhonen@aurorahome.example"


async def tried(cloud: VoiceCloud, name: str, password: str, address: str) -> str:
    try:
        await cloud.store.accounts.sign_in(name, password, address)
    except (Unauthorised, Limited) as error:
        return error.code
    return "in"


async def test_any_number_of_guesses_at_once_are_five(run_voicecloud: RunVoiceCloud) -> None:
    """Tries count before they are checked; then 429 says when to come again, the right password too."""
    now = datetime.now(UTC)  # the pause is not over because the machine is slow
    async with (
        run_voicecloud(clock=lambda: now) as cloud,
        httpx.AsyncClient(base_url=cloud.url, timeout=60) as stranger,
    ):

        async def guess(password: str) -> httpx.Response:
            return await stranger.post(f"/authuser/{ANNA}", json={"UserName": ANNA, "Password": password})

        answers = await asyncio.gather(*(guess(f"guess{n}") for n in range(30)))
        assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 25
        last = await guess("local-password")
    assert (last.status_code, last.json()["Code"]) == (429, "sign-in-pause")
    assert int(last.headers["Retry-After"]) >= 1


async def test_an_unknown_name_takes_as_long_as_a_known_one(voicecloud: VoiceCloud) -> None:
    """Otherwise the time of an answer tells who has an account."""
    spent = {API_USER: math.inf, "nobody@example.com": math.inf}
    for name in [*spent] * 3:
        began = time.perf_counter()
        assert await tried(voicecloud, name, "wrong", name) == "sign-in"
        spent[name] = min(spent[name], time.perf_counter() - began)  # what the machine did besides does not count
    assert 0.3 < spent[API_USER] / spent["nobody@example.com"] < 3


async def test_checking_passwords_holds_up_nobody(voicecloud: VoiceCloud) -> None:
    """However many come at once: few wait, the others are asked to come again, and the loop goes on."""
    loop, worst = asyncio.get_running_loop(), 0.0
    tries = [asyncio.create_task(tried(voicecloud, f"n{n}", "wrong", f"10.0.0.{n}")) for n in range(60)]
    while not all(one.done() for one in tries):
        before = loop.time()
        await asyncio.sleep(0.005)
        worst = max(worst, loop.time() - before)
    codes = [one.result() for one in tries]
    assert set(codes) == {"sign-in", "sign-in-busy"}
    assert codes.count("sign-in-busy") == 40
    assert worst < 2  # checked on the loop, sixty would take four
    assert await tried(voicecloud, API_USER, API_PASSWORD, "10.0.1.1") == "in"


async def locked(cloud: VoiceCloud) -> None:
    """Strangers guess at the API user's name until nobody unknown may try."""
    for n in range(5):
        assert await tried(cloud, API_USER, "wrong", f"203.0.113.{n}") == "sign-in"
    assert await tried(cloud, API_USER, API_PASSWORD, "203.0.113.9") == "sign-in-pause"


async def test_strangers_do_not_lock_out_an_app_after_a_restart(run_voicecloud: RunVoiceCloud) -> None:
    """From where a name has signed in is remembered."""
    async with run_voicecloud() as cloud:
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.1") == "in"
    async with run_voicecloud() as cloud:
        await locked(cloud)
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.1") == "in"


async def test_where_a_name_has_signed_in_is_forgotten_after_thirty_days(run_voicecloud: RunVoiceCloud) -> None:
    """From the last sign-in on, to a day; what is forgotten is deleted."""
    late = timedelta()
    async with run_voicecloud(clock=lambda: datetime.now(UTC) + late) as cloud:
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.1") == "in"
        late = timedelta(days=2)
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.2") == "in"
    late = timedelta(days=31)
    async with run_voicecloud(clock=lambda: datetime.now(UTC) + late) as cloud:
        await locked(cloud)
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.1") == "sign-in-pause"
        assert await tried(cloud, API_USER, API_PASSWORD, "192.0.2.2") == "in"
        rows = [row async for row in cloud.store.tables.table("signins").query("known")]
        assert min(row.values["at"] for row in rows) > datetime.now(UTC)


async def test_storage_that_is_away_keeps_nobody_out(voicecloud: VoiceCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in that cannot be remembered is a sign-in."""

    async def away(row: Row) -> Row:
        raise Unavailable("storage-unavailable", "away")

    monkeypatch.setattr(voicecloud.store.accounts.known.table, "put", away)
    assert await tried(voicecloud, API_USER, API_PASSWORD, "192.0.2.1") == "in"
