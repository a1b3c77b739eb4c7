"""A call that is not work leaves no trace outside the voice cloud (H3)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from azure.data.tables.aio import TableServiceClient

from shared.bus.names import QUEUES
from shared.dataverse.model import Change
from shared.settings.model import SettingKind
from tests.fixtures.calls import DEMO_CALL_SYNC
from tests.fixtures.customers import Customer
from tests.fixtures.functions_host import ChildHost
from tests.fixtures.processes import ROOT
from tests.fixtures.world import Neighbours, World, eventually, told_world, world_in

ELINA, ELINAS_NUMBER = "71000000-0000-4000-8000-000000000005", "+35891001005"
OWN_INDEX = "numbers"
"""Whom a number belongs to is known from Dynamics, not from the call."""


@pytest_asyncio.fixture(scope="module")
async def told(neighbours: Neighbours, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One for all: no call knows of another's number."""
    log = tmp_path_factory.mktemp("told") / "host.log"
    async with world_in(neighbours, f"o{uuid4().hex[:12]}") as world:
        host = ChildHost(ROOT, world.environ, log)
        async with told_world(world, host) as opened:
            yield opened
        host.kill()


async def everything_stored(world: World) -> str:
    """All rows of all tables but the number index, every waiting and dead message, every phone call in Dynamics."""
    found = []
    prefix = world.environ["TABLE_PREFIX"]
    async with TableServiceClient.from_connection_string(world.environ["STORAGE_CONNECTION"]) as storage:
        async for table in storage.list_tables():
            if table.name.startswith(prefix) and table.name != prefix + OWN_INDEX:
                found += [str(row) async for row in storage.get_table_client(table.name).list_entities()]
    peeked = (peek(world, queue, options) for queue in QUEUES for options in ({}, {"sub_queue": "deadletter"}))
    found += [message for messages in await asyncio.gather(*peeked) for message in messages]
    found += [
        str(row) for row in await world.services.dataverse.every("phonecalls", {"$select": "subject,phonenumber"})
    ]
    return "\n".join(found)


async def peek(world: World, queue: str, options: Mapping[str, str]) -> Sequence[str]:
    async with world.services.bus.receiver(queue, **options) as receiver:
        return [str(message) for message in await receiver.peek_messages(250)]


@pytest.mark.parametrize("privacy", ["Private", "Undefined"])
async def test_a_call_that_is_not_work_leaves_no_trace(told: World, privacy: str) -> None:
    """Not in tables, queues, logs or Dynamics, though its caller is a customer and its user is synchronised.

    Classified as work afterwards, it is there.
    """
    await told.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    number = told.new_number()
    contact = Change("PATCH", f"contacts({uuid4()})", {"lastname": f"Secret {number[-6:]}", "mobilephone": number})
    await told.services.dataverse.transact([contact])
    await told.services.index_sync.run()
    agent = f"{told.neighbours.voicecloud_url}/control/api/agents/{ELINA}"
    (await told.http.post(agent, json={"CallPrivacyDefault": privacy})).raise_for_status()
    customer = Customer(told)
    call_id = await customer.calls(ELINAS_NUMBER, number)
    await eventually(lambda: customer.is_talking(call_id))
    await customer.hangs_up(call_id)
    auth = httpx.BasicAuth("voice-api@aurorahome.example", told.neighbours.secret_key)

    url = f"{told.neighbours.voicecloud_url}/calls"

    async def recorded() -> str:
        rows = (await told.http.get(url, params={"CallId": call_id}, auth=auth)).json()
        assert [row["Privacy"] for row in rows] == [privacy]
        return str(rows[0]["Id"])

    row_id = await eventually(recorded)
    assert await told.services.enterprise_calls.run() is not None
    assert await told.services.calls.reconcile(call_id)
    await told.services.unlogged_calls.repair()
    assert told.host is not None
    traces = await everything_stored(told) + told.host.log.read_text()
    assert number not in traces
    assert number.removeprefix("+358") not in traces
    assert f"Secret {number[-6:]}" not in traces

    work = {"CallId": call_id, "Privacy": "Work"}
    (await told.http.put(f"{url}/{row_id}/privacy", json=work, auth=auth)).raise_for_status()
    assert await told.services.calls.reconcile(call_id)
    assert number in await everything_stored(told)
