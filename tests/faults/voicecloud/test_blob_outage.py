"""Blob Storage that cannot be reached for a while: recordings come a little later, none is lost."""

import asyncio
import re

import pytest

from lab.people.customers import Behaviour
from lab.people.telephones import Answering, How
from local.free_ports import free_port
from tests.fixtures.voicecloud import RunVoiceCloud
from voicecloud.telephony import service
from voicecloud.vocabulary.calls import CallHistory

DAVIDS = "+35891001004"
OUTAGE_S = 1.5


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Bytes of one direction, until there are no more."""
    while chunk := await reader.read(65_536):
        writer.write(chunk)
    writer.close()


async def forward(port: int, to: int) -> asyncio.Server:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    return await asyncio.start_server(accept, "127.0.0.1", port)


async def test_a_call_is_accounted_for_while_another_waits_for_storage(
    run_voicecloud: RunVoiceCloud, storage_connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording cannot be stored; who calls meanwhile is in storage all the same, should the process die now."""
    monkeypatch.setattr(service, "FLUSH_S", 0.1)  # at the end of the test nobody waits for that recording
    connection = re.sub(r"(BlobEndpoint=http://127.0.0.1:)\d+/", r"\g<1>9/", storage_connection)
    async with run_voicecloud(storage_connection=connection) as cloud:
        store = cloud.store.telephony.records.store
        waiting = await cloud.call(DAVIDS, Behaviour(talk_s=0.05))
        await asyncio.sleep(OUTAGE_S)
        calling = await cloud.call(DAVIDS, Behaviour(), answering=Answering(How.NOBODY))
        kept: dict[str, CallHistory] = {}
        async with asyncio.timeout(3):
            while not {waiting, calling} <= kept.keys():
                kept = {history.call_id: history for history in await store.live()}
        assert kept[waiting].ended_at
        assert not kept[calling].ended_at


async def test_a_recording_is_kept_when_storage_is_back(run_voicecloud: RunVoiceCloud, storage_connection: str) -> None:
    """Nobody listens at first; the call's row waits for its recording, which can be heard then."""
    found = re.search(r"BlobEndpoint=http://127.0.0.1:(\d+)/", storage_connection)
    assert found
    port = free_port()
    connection = storage_connection.replace(found[0], f"BlobEndpoint=http://127.0.0.1:{port}/")
    async with run_voicecloud(storage_connection=connection) as cloud:
        call_id = await cloud.call(DAVIDS, Behaviour(talk_s=0.05))
        await asyncio.sleep(OUTAGE_S)
        assert (await cloud.client.get("/calls", params={"CallId": call_id})).json() == []
        server = await forward(port, int(found[1]))
        async with asyncio.timeout(20):
            [row] = await cloud.over(call_id)
    server.close()
    async with run_voicecloud() as cloud:
        link = (await cloud.client.get(f"/calls/recordings/{row['RecordingIds'][0]}")).json()["URL"]
        assert (await cloud.client.get(f"/{link}")).content.startswith(b"ID3")
