from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from azure.data.tables.aio import TableServiceClient

from shared.errors import Conflict, InvalidInput, Unavailable
from shared.storage.tables import Insert, Put, Row, Table, Tables
from tests.faults.shared.storage.conftest import FaultyStorage


async def test_a_write_whose_answer_is_lost_is_not_repeated_by_itself(tables: Tables, faulty: FaultyStorage) -> None:
    """The writer hears that storage does not answer, once; reading then shows that it was done."""
    table = tables.table("things")
    await table.put(Row("p", "other"))
    faulty.next = [faulty.lose_answer]
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await table.insert(Row("p", "r", {"writer": "me"}))
    row = await table.get("p", "r")
    assert row
    assert row.values == {"writer": "me"}
    with pytest.raises(Conflict, match="row-exists"):
        await table.insert(Row("p", "r", {"writer": "another"}))


async def test_a_transaction_whose_answer_is_lost_is_done_once(tables: Tables, faulty: FaultyStorage) -> None:
    """A transaction that was cut off is there as a whole, and its repetition loses as a whole."""
    table = tables.table("things")
    await table.put(Row("p", "other"))
    faulty.next = [faulty.lose_answer]
    both = [Insert(Row("p", "a")), Insert(Row("p", "b"))]
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await table.transact(both)
    with pytest.raises(Conflict, match="row-exists"):
        await table.transact(both)
    assert [row.rk async for row in table.query("p")] == ["a", "b", "other"]


async def test_a_busy_service_is_unavailable_at_once(tables: Tables, faulty: FaultyStorage) -> None:
    """Throttling is passed on without a retry of the adapter's own: delays are messages."""
    table = tables.table("things")
    await table.put(Row("p", "r"))
    asked = len(faulty.requests)
    faulty.next = [faulty.busy]
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await table.get("p", "r")
    assert len(faulty.requests) == asked + 1
    assert await table.get("p", "r")


async def test_a_page_without_rows_is_not_the_end(tables: Tables, faulty: FaultyStorage) -> None:
    """A query goes on where an empty page says, as partitions under load answer."""
    table = tables.table("things")
    await table.put(Row("p", "r"))
    faulty.next = [faulty.empty_page, faulty.empty_page]
    assert [row.rk async for row in table.query("p")] == ["r"]


async def test_a_limited_query_asks_for_one_page(tables: Tables, faulty: FaultyStorage) -> None:
    """Reading the first rows of many costs one request."""
    table = tables.table("things")
    await table.transact([Put(Row("p", f"{n}")) for n in range(5)])
    asked = len(faulty.requests)
    assert [row.rk async for row in table.query("p", limit=2)] == ["0", "1"]
    assert len(faulty.requests) == asked + 1


async def test_what_the_service_refuses_is_not_tried_again(tables: Tables, faulty: FaultyStorage) -> None:
    """A row that storage cannot take is the sender's fault, whatever our own limits said."""
    table = tables.table("things")
    await table.put(Row("p", "r"))
    faulty.next = [faulty.refused]
    with pytest.raises(InvalidInput, match=r"row-refused: .*OutOfRangeInput") as refused:
        await table.put(Row("p", "r"))
    assert not refused.value.retryable


async def test_a_table_that_is_still_being_deleted_is_waited_for(tables: Tables, faulty: FaultyStorage) -> None:
    """Azure refuses the name of a table for a while after its deletion; that is not the table being there."""
    faulty.next = [faulty.being_deleted]
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await tables.table("things").put(Row("p", "r"))
    await tables.table("things").put(Row("p", "r"))


@pytest.fixture
async def service(storage_connection: str) -> AsyncIterator[TableServiceClient]:
    async with TableServiceClient.from_connection_string(storage_connection) as opened:
        yield opened


async def test_a_table_that_vanished_is_never_read_as_empty(
    tables: Tables, service: TableServiceClient, table_prefix: str
) -> None:
    """A deleted table is an outage, not the absence of rows; the next use creates it again."""
    table = tables.table("things")
    await table.put(Row("p", "r"))
    await service.delete_table(f"{table_prefix}things")
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await table.get("p", "r")
    assert await table.get("p", "r") is None
    await table.insert(Row("p", "r"))


async def rows_of(table: Table) -> list[Row]:
    return [row async for row in table.query("p")]


@pytest.mark.parametrize("status", [200, 403, 404, 409, 412])
@pytest.mark.parametrize(
    "ask",
    [
        lambda table: table.get("p", "r"),
        rows_of,
        lambda table: table.insert(Row("p", "new")),
        lambda table: table.put(Row("p", "new")),
        lambda table: table.delete("p", "r"),
        lambda table: table.transact([Put(Row("p", "new"))]),
    ],
    ids=["get", "query", "insert", "put", "delete", "transact"],
)
async def test_a_proxys_page_is_never_taken_for_an_answer_of_storage(
    tables: Tables, faulty: FaultyStorage, status: int, ask: Callable[[Table], Awaitable[object]]
) -> None:
    """Its 404 is no missing row, its 409 no lost race, its 200 no fault of the program: it is an outage that passes."""
    table = tables.table("things")
    await table.put(Row("p", "r"))
    faulty.next = [faulty.page(status)]
    with pytest.raises(Unavailable, match="something other than Table Storage") as refused:
        await ask(table)
    assert refused.value.code == "storage-unavailable"
    assert await table.get("p", "r")
