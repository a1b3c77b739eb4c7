import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.enreach.client import Enreach
from shared.enreach.transport import Transport
from shared.errors import Unavailable
from tests.fixtures.voicecloud import API_PASSWORD, API_USER, RunVoiceCloud, VoiceCloud


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=0.5) as opened:
        yield opened


async def test_a_voice_cloud_that_is_away_is_unavailable_until_it_is_back(
    run_voicecloud: RunVoiceCloud, http: httpx.AsyncClient
) -> None:
    """A connection that was good breaks, says so, and is made again once somebody answers again."""
    async with run_voicecloud() as cloud:
        address = httpx.URL(cloud.url)
        client = Enreach(Transport(http, url=cloud.url, username=API_USER, password=API_PASSWORD))
        await client.me()
    with pytest.raises(Unavailable, match="voicecloud-unavailable"):
        await client.me()
    server = await asyncio.start_server(_answer, address.host, address.port)
    assert await client.me() == "back"
    server.close()


async def test_a_voice_cloud_that_says_nothing_is_given_up(http: httpx.AsyncClient) -> None:
    """A request without an answer ends when its time is up."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Unavailable, match="voicecloud-unavailable"):
        await Enreach(Transport(http, url=url, username=API_USER, secret_key="k")).me()
    for writer in held:
        writer.close()
    server.close()


async def test_many_refused_at_once_make_one_new_key(voicecloud: VoiceCloud) -> None:
    """When a key expires under load, one request replaces it and all go on with the new one."""
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    async with httpx.AsyncClient(event_hooks={"request": [note]}) as http:
        client = Enreach(
            Transport(http, url=voicecloud.url, username=API_USER, secret_key="expired", password=API_PASSWORD)
        )
        ids = await asyncio.gather(*(client.me() for _ in range(10)))
    assert len(set(ids)) == 1
    assert sum(path.startswith("/authuser/") for path in asked) == 1


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    body = b'{"Id": "back"}'
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()
    writer.close()
