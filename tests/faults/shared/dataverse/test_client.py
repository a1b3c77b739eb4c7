import asyncio
from uuid import uuid4

import httpx
import pytest

from shared.dataverse.client import Dataverse
from shared.dataverse.model import Change
from shared.errors import Conflict, Throttled, Unavailable
from tests.fixtures.dataverse import DataverseOnStandIn


def creation() -> tuple[str, Change]:
    path = f"phonecalls({uuid4()})"
    return path, Change("PATCH", path, {"subject": "Callback Request"}, if_none_match="*")


async def test_an_answer_that_is_lost_after_the_commit_shows_at_the_next_try(dataverse: DataverseOnStandIn) -> None:
    """The write is unavailable although it was done; its repetition finds the row there, once."""
    path, create = creation()
    await dataverse.fault(match="$batch", after_commit=True)
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await dataverse.client.transact([create])
    with pytest.raises(Conflict, match="dataverse-exists"):
        await dataverse.client.transact([create])
    assert (await dataverse.client.get(path))["subject"] == "Callback Request"


async def test_a_server_error_is_unavailable_and_passes(dataverse: DataverseOnStandIn) -> None:
    """The next try is a request like any other."""
    _, create = creation()
    await dataverse.fault(match="$batch", status=500)
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await dataverse.client.transact([create])
    await dataverse.client.transact([create])


async def test_a_slow_answer_is_not_waited_for_without_end(dataverse: DataverseOnStandIn) -> None:
    """When the time is up the caller hears so."""
    await dataverse.fault(match="WhoAmI", delay_ms=3000)
    async with httpx.AsyncClient(timeout=0.3) as impatient:
        client = Dataverse(dataverse.client.url, dataverse.tokens, impatient)
        with pytest.raises(Unavailable, match="dataverse-unavailable"):
            await client.who_am_i()


async def test_throttling_stops_everybody_at_once(dataverse: DataverseOnStandIn) -> None:
    """After one 429 nothing more reaches Dataverse, whoever asks; a client without the pause is served."""
    await dataverse.fault(match="WhoAmI", status=429, retry_after_s=30)
    with pytest.raises(Throttled):
        await dataverse.client.who_am_i()
    ends = await asyncio.gather(*(dataverse.client.who_am_i() for _ in range(10)), return_exceptions=True)
    assert all(isinstance(end, Throttled) and 25 < end.retry_after_s <= 30 for end in ends)
    await Dataverse(dataverse.client.url, dataverse.tokens, dataverse.http).who_am_i()


async def test_an_environment_that_is_away_is_unavailable(dataverse: DataverseOnStandIn) -> None:
    """Nobody at the address: worth another try."""
    away = Dataverse("https://localhost:1", dataverse.tokens, dataverse.http)
    with pytest.raises(Unavailable):
        await away.who_am_i()
