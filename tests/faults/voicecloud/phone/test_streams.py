"""Readers of event streams that are slow or gone, and a voice cloud that dies under them."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.voicecloud import ANNA, VoiceCloud
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.waiting import eventually
from tests.fixtures.web_phones import WebPhone, direct_call
from voicecloud.api import phone_events

CHANGES = 8_000
"""About seven megabytes of states: more than any buffer on the way holds."""
SMALLEST_BUFFER = 4_096


async def talking(cloud: VoiceCloud) -> tuple[WebPhone, str]:
    """Anna's phone with a call, and her leg."""
    anna = WebPhone(cloud, ANNA)
    await anna.open()
    call_id = await direct_call(cloud, ANNA)
    await anna.rings()
    return anna, (await anna.do(call_id, "answer"))["legId"]


def deaf_reader(cloud: VoiceCloud, ticket: str) -> socket.socket:
    """Has asked for the stream and reads nothing of it."""
    url = httpx.URL(cloud.url)
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST_BUFFER)
    reader.connect((url.host, url.port))
    reader.sendall(f"GET /phone/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ticket}\r\n\r\n".encode())
    reader.setblocking(False)
    return reader


async def is_cut_off(reader: socket.socket, within_s: float = 5.0) -> bool:
    """Reads what had been sent, to the end."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(within_s):
            while await loop.sock_recv(reader, 1 << 16):
                pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


async def test_a_reader_that_takes_nothing_is_cut_off(
    voicecloud: VoiceCloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are told as ever meanwhile, and it is no failure of the voice cloud."""
    monkeypatch.setattr(phone_events, "WRITE_WITHIN_S", 1.0)
    anna, leg_id = await talking(voicecloud)
    with deaf_reader(voicecloud, anna.ticket) as deaf:
        await asyncio.sleep(0.1)
        async with anna.events() as states:
            told: list[str] = []

            async def listen() -> None:
                async for one in states:
                    told[:] = [one["version"]]

            listening = asyncio.create_task(listen())
            for number in range(CHANGES):
                voicecloud.store.telephony.gateway.set_muted(leg_id, number % 2 == 0)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            wanted = (await anna.state())["version"]
            await eventually(lambda: told == [wanted])
            await asyncio.sleep(1.5)
            assert await is_cut_off(deaf, within_s=30.0)
            listening.cancel()
            await asyncio.wait([listening])
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_readers_that_vanish_leave_nothing(voicecloud: VoiceCloud, caplog: pytest.LogCaptureFixture) -> None:
    """Neither streams nor failures in the log: browsers go without a word."""
    anna, leg_id = await talking(voicecloud)
    for _ in range(3):
        async with anna.events() as states:
            await anext(states)
    for muted in (True, False, True):
        voicecloud.store.telephony.gateway.set_muted(leg_id, muted)
        await asyncio.sleep(0.05)
    assert voicecloud.store.phones.sessions.stream_count(ANNA) == 0
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_a_phone_finds_its_way_after_a_crash(voicecloud_process: Callable[..., VoiceCloudProcess]) -> None:
    """Tickets go on being understood, but the session has to be opened again; the state is another run's."""
    cloud = voicecloud_process()
    session, path = str(uuid4()), f"/users/{ANNA}/phone"

    def opened(client: httpx.Client) -> Any:
        return client.post(f"{path}/session", json={"SessionId": session}).raise_for_status().json()

    cloud.start()
    with cloud.client() as client:
        before = opened(client)
    cloud.kill()
    cloud.start()
    with cloud.client() as client:
        lost = client.put(f"{path}/session/{session}")
        assert (lost.status_code, lost.json()["Code"]) == (404, "phone-session-unknown")
        ticket = {"Authorization": f"Bearer {before['Ticket']}"}
        refused = httpx.get(f"{cloud.url}/phone/events", headers=ticket)
        assert (refused.status_code, refused.json()["Code"]) == (404, "phone-session-unknown")
        after = opened(client)
        run = [one["State"]["version"].partition("-")[0] for one in (before, after)]
        assert run[0] != run[1]
        seen = {**ticket, "Last-Event-ID": before["State"]["version"]}
        with httpx.stream("GET", f"{cloud.url}/phone/events", headers=seen) as stream:
            assert next(stream.iter_lines()) == "event: state"
