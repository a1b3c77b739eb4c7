"""Guessing passwords over the API."""

import asyncio
import time

import httpx

from shared.errors import Limited, Unauthorised
from tests.fixtures.voicecloud import API_PASSWORD, API_USER, VoiceCloud

ANNA = "anna.korhonen@aurorahome.example"


async def tried(cloud: VoiceCloud, name: str, password: str, address: str) -> str:
    try:
        await cloud.store.accounts.sign_in(name, password, address)
    except (Unauthorised, Limited) as error:
        return error.code
    return "in"


async def test_any_number_of_guesses_at_once_are_five(voicecloud: VoiceCloud) -> None:
    """Tries count before they are checked; then 429 says when to come again, the right password too."""
    async with httpx.AsyncClient(base_url=voicecloud.url, timeout=60) as stranger:

        async def guess(password: str) -> httpx.Response:
            return await stranger.post(f"/authuser/{ANNA}", json={"UserName": ANNA, "Password": password})

        answers = await asyncio.gather(*(guess(f"guess{n}") for n in range(30)))
        assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 25
        last = await guess("local-password")
    assert (last.status_code, last.json()["Code"]) == (429, "sign-in-pause")
    assert int(last.headers["Retry-After"]) >= 1


async def test_an_unknown_name_takes_as_long_as_a_known_one(voicecloud: VoiceCloud) -> None:
    """Otherwise the time of an answer tells who has an account."""
    spent = {}
    for name in (API_USER, "nobody@example.com"):
        began = time.perf_counter()
        assert await tried(voicecloud, name, "wrong", name) == "sign-in"
        spent[name] = time.perf_counter() - began
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
    assert worst < 1  # checked on the loop, sixty would take four
    assert await tried(voicecloud, API_USER, API_PASSWORD, "10.0.1.1") == "in"
