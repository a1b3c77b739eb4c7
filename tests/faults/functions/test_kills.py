"""Process after process is killed while people go on calling: nothing is lost, nothing is doubled (K2, K10).

Each process once; ``VOICE_KILLS=43`` kills as often as that, ``VOICE_KILLS_SEED`` chooses other moments.
"""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from random import Random

import httpx

from shared.errors import VoiceError
from tests.fixtures.accounts import Accounts, accounts
from tests.fixtures.killing import QUEUES, Killable, killable

KILLS, SEED = int(os.environ.get("VOICE_KILLS", "6")), int(os.environ.get("VOICE_KILLS_SEED", "14"))
STILL_FOR_S = 120
"""Given up when nothing has changed for so long: what a dead process had locked comes back within 60 s."""
RESTARTED_WITHIN_S = 120
"""On a machine that does much besides; alone they take a few seconds."""


async def test_nothing_is_lost_or_doubled_while_processes_are_killed(hasty_seed: Path, tmp_path: Path) -> None:
    """Every call and callback on record is in Dynamics exactly once, whoever died while it was dealt with."""
    random = Random(SEED)
    async with killable(tmp_path, hasty_seed, random) as running, asyncio.timeout(600 + 60 * KILLS):
        slowest = dict.fromkeys(running.victims, 0.0)
        for name in order(running, random):
            slowest[name] = max(slowest[name], await kill(running, name, random))
        await running.customers.call_from_everywhere()
        began = time.monotonic()
        found = await settled(running)
        tell(running, found, slowest, time.monotonic() - began)
    assert {"web", "desk", "mobile", "teams"} <= set(found.work.values())
    assert not {name: took for name, took in slowest.items() if took > RESTARTED_WITHIN_S}


def order(running: Killable, random: Random) -> list[str]:
    """Each as often as any other, in a random order."""
    names = list(running.victims)
    rounds = [random.sample(names, len(names)) for _ in range(-(-KILLS // len(names)))]
    return [name for one in rounds for name in one][:KILLS]


async def kill(running: Killable, name: str, random: Random) -> float:
    """In the middle of calls; others begin while it is away. Gives the seconds it took to start again."""
    down, up = running.victims[name]
    await running.customers.call()
    await asyncio.sleep(random.uniform(0.0, 1.0))
    await asyncio.to_thread(down)
    if name == "functions":
        await running.world.forget_locks(*QUEUES)
    await running.customers.call()
    began = time.monotonic()
    await asyncio.to_thread(up)
    return time.monotonic() - began


async def settled(running: Killable) -> Accounts:
    """What is on record once everything is accounted for, which is waited for as long as it goes on."""
    progress: object = None
    given_up_at = time.monotonic() + STILL_FOR_S
    while True:
        try:
            found = await accounts(running.world)
            if found.progress != progress:
                progress, given_up_at = found.progress, time.monotonic() + STILL_FOR_S
            found.check(running.customers.promised)
        except (AssertionError, VoiceError, httpx.HTTPError):
            if time.monotonic() > given_up_at:
                raise
            await asyncio.sleep(1.0)
        else:
            return found


def tell(running: Killable, found: Accounts, slowest: dict[str, float], quiet_s: float) -> None:
    """Shown by ``pytest -s``."""
    restarts = {name: round(took, 1) for name, took in slowest.items()}
    print(f"\n{KILLS} kills, {len(found.calls)} calls on record, {len(found.callbacks)} callbacks")
    print(f"logged: {dict(Counter(found.work.values()))}; left out: {dict(Counter(found.left_out.values()))}")
    print(f"not promised: {running.customers.refused}")
    print(f"all accounted for after {quiet_s:.1f} s; slowest restarts in s: {restarts}")
