"""The process: ready, stopped, killed."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.dynamics import ANNA, COLUMNS, MATTI, SEED
from tests.fixtures.processes import Child

TENANT = "90000000-0000-4000-8000-000000000001"
CLIENT = {"client_id": "11111111-1111-4111-8111-111111111111", "client_secret": "local-secret"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(tls: Path) -> Iterator[str]:
    entra = Child("local.entra", ["--port", "0", "--https-port", "0", "--tls-dir", str(tls)])
    yield f"https://localhost:{entra.start()['https_port']}/{TENANT}"
    entra.stop()


@pytest.fixture
def child(tls: Path, authority: str, tmp_path: Path) -> Iterator[Child]:
    process = Child(
        "local.dynamics",
        [
            *("--port", "0", "--https-port", "0", "--tls-dir", str(tls), "--db", str(tmp_path / "db.sqlite")),
            *("--columns", str(COLUMNS), "--seed", str(SEED), "--authority", authority, "--no-faults"),
        ],
    )
    process.start()
    yield process
    process.kill()


def trusting(tls: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=tls / "ca.pem")


async def test_programs_use_https_and_a_token_of_the_authority(child: Child, authority: str, tls: Path) -> None:
    """The https port takes tokens of the issuer and nothing else; the pages' user is no one there."""
    origin = f"https://localhost:{child.ready['https_port']}"
    async with httpx.AsyncClient(verify=trusting(tls)) as client:
        form = {"grant_type": "client_credentials", "scope": f"{origin}/.default", **CLIENT}
        token = (await client.post(f"{authority}/oauth2/v2.0/token", data=form)).json()["access_token"]
        url = f"{origin}/api/data/v9.2/WhoAmI"
        assert (await client.get(url, headers={"Authorization": f"Bearer {token}"})).status_code == 200
        assert (await client.get(url, headers={"X-Page-User": ANNA})).status_code == 401
        assert (await client.post(f"{origin}/stand-in/reset")).status_code in {404, 405}


async def test_committed_rows_survive_kill_9(child: Child) -> None:
    """Every row whose creation was answered is there after a kill in the middle of the writing."""
    answered: list[str] = []

    async def write(base: str) -> None:
        async with httpx.AsyncClient(base_url=base, headers={"X-Page-User": ANNA}) as client:
            while True:
                key = str(uuid4())
                try:
                    answer = await client.patch(f"contacts({key})", json={"lastname": "Survivor"})
                except httpx.TransportError:
                    return
                assert answer.status_code == 204
                answered.append(key)
                if len(answered) == 100:
                    child.kill()

    await asyncio.gather(*(write(f"http://localhost:{child.ready['port']}/api/data/v9.2/") for _ in range(4)))
    base = f"http://localhost:{(await asyncio.to_thread(child.start))['port']}/api/data/v9.2/"
    async with httpx.AsyncClient(base_url=base, headers={"X-Page-User": ANNA}) as client:
        found = (await client.get("contacts?$filter=lastname eq 'Survivor'&$select=contactid")).json()["value"]
        assert set(answered) <= {row["contactid"] for row in found}
        assert (await client.get(f"contacts({MATTI})")).status_code == 200


async def test_a_stop_ends_open_event_streams_at_once(child: Child) -> None:
    """SIGTERM: the pages' streams are closed and the process ends by itself."""
    async with httpx.AsyncClient() as client:
        url = f"http://localhost:{child.ready['port']}/stand-in/events"
        async with client.stream("GET", url) as stream:
            lines = stream.aiter_lines()
            assert json.loads((await anext(lines)).removeprefix("data: ")) > 0
            before = time.monotonic()
            await asyncio.to_thread(child.stop)
            assert time.monotonic() - before < 3
