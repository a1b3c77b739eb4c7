"""The door: many connections that say nothing keep nobody out."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fixtures.voicecloud import ROOT, RunVoiceCloud, VoiceCloud
from voicecloud import serving


@contextlib.contextmanager
def idle(url: str, count: int, say: bytes = b"") -> Iterator[list[socket.socket]]:
    """Sockets that were opened and say no more than ``say``."""
    host, port = url.removeprefix("http://").split(":")
    opened = []
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            opened.append(stack.enter_context(socket.create_connection((host, int(port)), timeout=30)))
            with contextlib.suppress(ConnectionError):
                opened[-1].sendall(say)
        yield opened


@pytest.mark.parametrize("say", [b"", b"POST /authuser/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"])
async def test_strangers_make_room(run_voicecloud: RunVoiceCloud, say: bytes) -> None:
    """At the most connections the oldest of a stranger goes, be it silent or slow; who has signed in keeps theirs."""
    async with run_voicecloud(connections=20) as cloud:
        hub = await cloud.client.get("/users/me")
        assert hub.status_code == 200
        kept = cloud.client
        with await asyncio.to_thread(lambda: contextlib.ExitStack()) as stack:
            await asyncio.to_thread(lambda: stack.enter_context(idle(cloud.url, 60, say)))
            async with httpx.AsyncClient(base_url=cloud.url, timeout=8) as stranger:
                assert (await stranger.get("/health")).status_code == 200
            assert (await kept.get("/users/me")).status_code == 200


async def test_who_says_nothing_is_sent_away(voicecloud: VoiceCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that does not come in time closes the connection."""
    monkeypatch.setattr(serving, "HEADERS_WITHIN_S", 0.1)
    host, port = voicecloud.url.removeprefix("http://").split(":")
    for say in (b"", b"GET /health HTTP/1.1\r\nHost: "):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(say)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /health",
        "GET /users/me",
        "GET /nowhere",
        "GET /control/",
        "GET /phone/events",
        "OPTIONS /phone/events",
        "{",
    ],
)
async def test_every_answer_is_plain_about_itself(voicecloud_shared: VoiceCloud, request_line: str) -> None:
    """Nothing guesses another type of content, HTTPS stays HTTPS, and no version is named, be it no HTTP at all."""
    host, port = voicecloud_shared.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{request_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(30):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    assert "\r\nX-Content-Type-Options: nosniff\r\n" in head
    assert "\r\nStrict-Transport-Security: max-age=31536000\r\n" in head
    assert "\r\nServer: voicecloud\r\n" in head
    assert "aiohttp" not in head


def test_a_thousand_idle_sockets_leave_it_reachable_and_its_log_short(
    storage_connection: str, table_prefix: str, hasty_seed: Path, tmp_path: Path
) -> None:
    """The process has the usual limit of 1,024 files."""
    given = {"PORT": "0", "STORAGE_CONNECTION": storage_connection, "TABLE_PREFIX": table_prefix, "SEED": hasty_seed}
    environment = {**os.environ, **{f"VOICECLOUD_{name}": str(value) for name, value in given.items()}}
    command = ["/bin/sh", "-c", 'ulimit -n 1024; exec "$0" -m voicecloud', sys.executable]
    log = tmp_path / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            assert process.stdout
            url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
            with idle(url, 1_015):
                time.sleep(1)  # what the log would grow by
                answers = [httpx.get(f"{url}/health", timeout=30).status_code for _ in range(5)]
        finally:
            process.terminate()
    assert answers == [200] * 5
    assert log.stat().st_size < 20_000
