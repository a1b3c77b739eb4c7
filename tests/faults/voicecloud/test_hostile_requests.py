"""Nothing that a request can do touches the audio of a call (design rule 15)."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import httpx
import pytest

from tests.fixtures.media import Voice
from tests.fixtures.voicecloud import ANNA, CUSTOMER, ROOT
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.waiting import eventually
from voicecloud.media.rtp import FRAME_S, Packet

Make = Callable[..., VoiceCloudProcess]
ANNAS = "+35891001001"
CUSTOMER_HZ = 700.0
HIDDEN_S = 0.2
"""What a phone's jitter buffer hides; beyond it audio is concealed, that is, made up."""
QUIET_S = 3.0
ALLOWED_S = 0.02
"""One packet's time."""
ATTACKS = 3


class Ear(Voice):
    """Notes when each packet came."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.came: list[float] = []

    async def _packet(self, packet: Packet) -> None:
        self.came.append(time.monotonic())
        await super()._packet(packet)

    def concealed_s(self, since: float) -> float:
        """Audio that was missing when it had to be played."""
        times = [since, *(one for one in self.came if one >= since), time.monotonic()]
        return sum(max(0.0, after - before - HIDDEN_S) for before, after in pairwise(times))


@asynccontextmanager
async def anna_talks(cloud: VoiceCloudProcess) -> AsyncIterator[Ear]:
    """With a customer who speaks a tone, by the requests that the phone sends."""
    with cloud.client() as signed_in:
        auth = signed_in.auth
    async with httpx.AsyncClient(base_url=cloud.url, auth=auth, timeout=30) as client:
        phone, ear = f"/users/{ANNA}/phone", Ear(1000.0)
        await client.post(f"{phone}/session", json={"SessionId": "s"})
        asked = {"Number": ANNAS, "From": CUSTOMER, "Hz": CUSTOMER_HZ}
        call_id = (await client.post("/control/api/calls", json=asked)).json()["CallId"]

        async def offer(sdp: str) -> str:
            path, kind = f"{phone}/calls/{call_id}/media", {"Content-Type": "application/sdp"}
            answer = await client.post(path, content=sdp, headers=kind)
            assert answer.status_code == 201, answer.text
            return answer.text

        async def is_heard() -> bool:
            heard = (await client.get(f"/control/api/calls/{call_id}/heard")).json()
            return bool(heard["Hz"] == pytest.approx(1000.0, abs=20) and len(ear.came) > 100)

        await ear.call(offer)
        await eventually(is_heard, 20)
        try:
            yield ear
        finally:
            await ear.leave()


async def attack(url: str, length_s: float) -> None:
    """From a process of its own, so that what is measured here is not what it does itself."""
    command = (sys.executable, "-m", "tests.fixtures.attack", url, str(length_s))
    attacker = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await attacker.wait() == 0


async def standstill_s() -> float:
    """How long this process itself has stood still until it was cancelled: the machine has other work to do."""
    total_s = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            before = time.monotonic()
            await asyncio.sleep(FRAME_S)
            total_s += max(0.0, time.monotonic() - before - HIDDEN_S)
    return total_s


async def concealed_in_attack_s(cloud: VoiceCloudProcess, ear: Ear) -> float:
    """How much audio was concealed meanwhile, beyond what the machine itself had to do with it."""
    begun, machine = time.monotonic(), asyncio.ensure_future(standstill_s())
    await attack(cloud.url, QUIET_S)
    concealed_s = ear.concealed_s(begun)
    machine.cancel()
    return concealed_s - await machine


async def test_twenty_hostile_requests_conceal_no_audio(voicecloud_process: Make) -> None:
    """Megabytes of lists, deep JSON, a long object and slow bodies: the agent hears the customer all the while.

    What hostile requests conceal they conceal each time; a test beside this one does so once in a while.
    """
    cloud = voicecloud_process(VOICECLOUD_RATE_LIMIT_PER_MINUTE="0")
    cloud.start()
    async with anna_talks(cloud) as ear:
        concealed_s = [await concealed_in_attack_s(cloud, ear)]
        while min(concealed_s) > ALLOWED_S:
            assert len(concealed_s) < ATTACKS, concealed_s
            concealed_s.append(await concealed_in_attack_s(cloud, ear))
        assert (await ear.listen())[0] == pytest.approx(CUSTOMER_HZ, abs=20)
