"""The control page and other sites."""

import os
import subprocess
import sys

import pytest

from tests.fixtures.voicecloud import ROOT, VoiceCloud


async def test_it_cannot_be_framed(voicecloud_shared: VoiceCloud) -> None:
    """The page cannot be framed and loads only its own files."""
    for path in ("/control/", "/control/customer.html"):
        headers = (await voicecloud_shared.client.get(path)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "evil@127.0.0.1"},
        {"Host": "[::1"},
        {"Host": "localhost:x"},
    ],
)
async def test_other_sites_are_refused(voicecloud_shared: VoiceCloud, headers: dict[str, str]) -> None:
    """By the page they come from, or by a name of theirs that leads to this machine."""
    client = voicecloud_shared.client
    for answer in (
        await client.get("/control/api/state", headers=headers),
        await client.post("/control/api/calls", headers=headers, json={"Number": "+35891000100"}),
        await client.get("/control/", headers=headers),
    ):
        assert (answer.status_code, answer.json()["Code"]) == (403, "foreign-origin")


async def test_its_own_pages_are_answered(voicecloud_shared: VoiceCloud) -> None:
    """By any name of this machine, and programs without an origin."""
    port = voicecloud_shared.url.rpartition(":")[2]
    for headers in ({}, {"Origin": voicecloud_shared.url}, {"Host": f"localhost:{port}"}):
        assert (await voicecloud_shared.client.get("/control/api/state", headers=headers)).status_code == 200


def test_the_process_does_not_start_with_it_on_an_open_address() -> None:
    """The voice cloud says why it does not start."""
    environment = {**os.environ, "VOICECLOUD_HOST": "0.0.0.0", "VOICECLOUD_PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "lab"], cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert b"the control page has no sign-in" in done.stderr
