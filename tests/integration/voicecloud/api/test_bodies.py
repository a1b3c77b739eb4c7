"""How much anybody may send: little without signing in, and never so much that others wait."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.fixtures.voicecloud import CARLA, ROOT, VoiceCloud

HOSTILE = b"[" + b"[],[]," * 1_300_000 + b"0]"


@asynccontextmanager
async def lag(most_s: float) -> AsyncIterator[None]:
    """Fails when the event loop stood still for longer."""
    worst, loop = 0.0, asyncio.get_running_loop()

    async def watch() -> None:
        nonlocal worst
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            worst = max(worst, loop.time() - before - 0.01)

    task = asyncio.create_task(watch())
    yield
    task.cancel()
    assert worst < most_s


async def parts(content: bytes) -> AsyncIterator[bytes]:
    """Sent without saying how much there is."""
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_stranger_cannot_make_everybody_wait(voicecloud_shared: VoiceCloud, announced: bool) -> None:
    """Millions of values in one anonymous request are refused unread, whether their length is told or not."""
    async with httpx.AsyncClient(base_url=voicecloud_shared.url, timeout=30) as stranger, lag(1.0):
        answer = await stranger.post("/authuser/x", content=HOSTILE if announced else parts(HOSTILE))
    assert (answer.status_code, answer.json()["Code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/callbacks", "application/json"),
        ("/control/api/calls", "application/json"),
        (f"/users/{CARLA}/phone/calls", "application/json"),
        (f"/users/{CARLA}/phone/calls/x/hold", "application/json"),
        ("/control/api/lines/+358401234567/calls", "application/json"),
    ],
)
async def test_every_route_has_a_limit(voicecloud_shared: VoiceCloud, path: str, kind: str) -> None:
    """Signed in or not, 64 kB is the most of any body but an announcement's."""
    headers = {"Content-Type": kind}
    answer = await voicecloud_shared.client.post(path, content=b"x" * 66_000, headers=headers)
    assert (answer.status_code, answer.json()["Code"]) == (413, "body-too-large")


def test_no_handler_reads_a_body_by_itself() -> None:
    """Whoever adds a route gets its limits."""
    own = re.compile(r"request\.(?:text|read|json|post|multipart)\(|request\.content\b")
    files = [path for path in (ROOT / "voicecloud").rglob("*.py") if path.name != "bodies.py"]
    assert [path.name for path in files if own.search(path.read_text())] == []


async def test_an_announcement_is_read_only_of_who_may_upload_it(voicecloud_shared: VoiceCloud) -> None:
    """Its larger limit is not a stranger's."""
    async with httpx.AsyncClient(base_url=voicecloud_shared.url, timeout=30) as stranger, lag(1.0):
        refused = await stranger.put("/prompts/music/audio", content=parts(HOSTILE))
    assert refused.status_code == 401
    answer = await voicecloud_shared.client.put("/prompts/music/audio", content=b"x" * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["Code"]) == (413, "body-too-large")


async def test_compressed_bodies_are_refused(voicecloud_shared: VoiceCloud) -> None:
    """A body that is small on the wire may be huge when unpacked."""
    answer = await voicecloud_shared.client.post(
        "/callbacks", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code in {400, 415}
