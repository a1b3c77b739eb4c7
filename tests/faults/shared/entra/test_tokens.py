import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from shared.entra import tokens
from shared.entra.tokens import TokenSource
from shared.errors import Unavailable

RESOURCE = "https://contoso.crm4.dynamics.com"


@pytest.fixture
async def silent() -> AsyncIterator[int]:
    """The port of something that takes connections and says nothing."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    for writer in held:
        writer.close()
    server.close()


async def test_an_issuer_that_is_away_is_unavailable() -> None:
    """Nobody at the address: worth another try later."""
    environ = {"ENTRA_AUTHORITY": "https://localhost:1/t", "ENTRA_CLIENT_ID": "c", "ENTRA_CLIENT_SECRET": "s"}
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await TokenSource.from_settings(environ).token(RESOURCE)


@pytest.mark.parametrize("identity", [False, True])
async def test_an_issuer_that_says_nothing_is_given_up_and_blocks_nobody(
    silent: int, monkeypatch: pytest.MonkeyPatch, *, identity: bool
) -> None:
    """The request ends when its time is up, and the event loop runs on meanwhile."""
    monkeypatch.setattr(tokens, "REQUEST_TIME_OUT_S", 0.5)
    environ = {}
    if identity:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{silent}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "h")
    else:
        authority = f"https://localhost:{silent}/t"
        environ = {"ENTRA_AUTHORITY": authority, "ENTRA_CLIENT_ID": "c", "ENTRA_CLIENT_SECRET": "s"}
    started = time.monotonic()
    asking = asyncio.create_task(TokenSource.from_settings(environ).token(RESOURCE))
    turns = 0
    while not asking.done():
        turns += 1
        await asyncio.sleep(0.01)
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await asking
    assert turns > 10
    assert time.monotonic() - started < 5
