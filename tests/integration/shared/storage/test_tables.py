import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Unavailable
from shared.storage.races import win
from shared.storage.tables import Delete, Insert, Put, Replace, Row, Tables
from tests.fixtures.tables import table_read_slowly

VALUES = {
    "text": "Ää 'quoted' 漢",
    "number": 7,
    "big": 2**40,
    "flag": True,
    "share": 0.5,
    "moment": datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC),
    "bytes": b"\x00\xff",
}


async def test_a_row_comes_back_as_it_was_written(tables: Tables) -> None:
    """Every kind of value survives the way to storage and back, with the ETag of the write."""
    written = await tables.table("things").insert(Row("p", "r", VALUES))
    read = await tables.table("things").get("p", "r")
    assert read == written
    assert read
    assert {name: type(value) for name, value in read.values.items()} == {n: type(v) for n, v in VALUES.items()}


async def test_an_absent_row_is_none(tables: Tables) -> None:
    """Reading what is not there is no error, neither is deleting it."""
    table = tables.table("things")
    assert await table.get("p", "r") is None
    await table.delete("p", "r")


async def test_of_two_inserts_one_wins(tables: Tables) -> None:
    """Insert-if-absent lets exactly one of many writers through."""
    table = tables.table("things")
    answers = await asyncio.gather(
        *(table.insert(Row("p", "r", {"writer": n})) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(answer, Row) for answer in answers) == 1
    assert {answer.code for answer in answers if isinstance(answer, Conflict)} == {"row-exists"}


async def test_a_replace_needs_the_version_that_was_read(tables: Tables) -> None:
    """A writer that read an older version loses; nothing is overwritten unseen."""
    table = tables.table("things")
    first = await table.insert(Row("p", "r", {"n": 1}))
    second = await table.replace(Row("p", "r", {"n": 2}, first.etag))
    with pytest.raises(Conflict, match="row-changed"):
        await table.replace(Row("p", "r", {"n": 3}, first.etag))
    with pytest.raises(Conflict, match="row-changed"):
        await table.delete("p", "r", first.etag)
    with pytest.raises(Missing):
        await table.replace(Row("p", "other", {"n": 3}, first.etag))
    assert await table.get("p", "r") == second


async def test_a_transaction_is_all_or_nothing(tables: Tables) -> None:
    """When one operation of a transaction loses, none is done."""
    table = tables.table("things")
    kept = await table.insert(Row("p", "kept", {"n": 1}))
    gone = await table.insert(Row("p", "gone", {"n": 1}))
    with pytest.raises(Conflict, match="row-exists"):
        await table.transact([Put(Row("p", "new", {})), Insert(Row("p", "kept", {}))])
    assert await table.get("p", "new") is None
    written = await table.transact(
        [
            Insert(Row("p", "new", {"n": 1})),
            Replace(Row("p", "kept", {"n": 2}, kept.etag)),
            Delete("p", "gone", gone.etag),
        ]
    )
    assert [row.rk for row in written] == ["new", "kept"]
    assert [row.rk async for row in table.query("p")] == ["kept", "new"]
    with pytest.raises(Conflict, match="row-changed"):
        await table.transact([Replace(Row("p", "kept", {"n": 3}, kept.etag)), Put(Row("p", "x", {}))])


async def test_a_range_is_read_in_order_and_stops_at_its_limit(tables: Tables) -> None:
    """A query reads one partition from a key up to another, sorted."""
    table = tables.table("things")
    for start in range(0, 200, 100):
        await table.transact([Put(Row("p", f"{n:04}", {"n": n})) for n in range(start, start + 100)])
    await table.put(Row("q", "0000", {}))
    assert [row.values["n"] async for row in table.query("p", rk_from="0050", rk_below="0053")] == [50, 51, 52]
    assert [row.values["n"] async for row in table.query("p", limit=2)] == [0, 1]
    assert len([row async for row in table.query("p")]) == 200


async def test_partitions_are_read_together_in_order(tables: Tables) -> None:
    """A query reads several partitions, from a key up to another, over pages."""
    table = tables.table("things")
    assert [row async for row in table.query_partitions("a", "z")] == []
    for pk in ("a", "b", "b-1", "c"):
        for start in range(0, 400, 100):
            await table.transact([Put(Row(pk, f"{n:04}", {"n": n})) for n in range(start, start + 100)])
    found = [(row.pk, row.values["n"]) async for row in table.query_partitions("a", "b-1")]
    assert found == [(pk, n) for pk in ("a", "b", "b-1") for n in range(400)]
    assert {row.pk async for row in table.query_partitions("b", "bz")} == {"b", "b-1"}


async def test_what_azure_would_refuse_is_refused_here(tables: Tables) -> None:
    """Limits that the emulator does not check are checked before sending."""
    table = tables.table("things")
    with pytest.raises(InvalidInput, match="row-too-large"):
        await table.put(Row("p", "r", {f"n{n}": 1 for n in range(253)}))
    with pytest.raises(InvalidInput, match="row-too-large"):
        await table.put(Row("p", "r", {f"t{n}": "x" * 32_000 for n in range(20)}))
    with pytest.raises(InvalidInput, match="row-key"):
        await table.put(Row("a/b", "r"))
    with pytest.raises(InvalidInput, match="row-property"):
        await table.put(Row("p", "r", {"a-b": 1}))
    with pytest.raises(InvalidInput, match="transaction-too-large"):
        await table.transact([Put(Row("p", str(n))) for n in range(101)])
    with pytest.raises(InvalidInput, match="transaction-partitions"):
        await table.transact([Put(Row("p", "r")), Put(Row("q", "r"))])


async def test_wrong_keys_and_dead_servers_are_told_apart(storage_connection: str) -> None:
    """A refused credential is a misconfiguration, an unreachable account is unavailable; both name no secret."""
    account_key = storage_connection.split("AccountKey=")[1].split(";")[0]
    wrong = Tables.from_connection_string(storage_connection.replace(account_key, "d3Jvbmc="))
    dead = Tables.from_connection_string(
        f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={account_key};TableEndpoint=http://127.0.0.1:1/a;"
    )
    with pytest.raises(Misconfigured, match="storage-refused"):
        await wrong.check()
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await dead.table("things").get("p", "r")
    await wrong.close()
    await dead.close()


async def test_an_update_takes_in_what_was_written_in_between(
    tables: Tables, storage_connection: str, table_prefix: str
) -> None:
    """Of two that read, merge and write one row at the same time neither undoes the other's part."""
    table = tables.table("things")
    await table.put(Row("p", "r", {"a": 0}))
    other = partial(table.put, Row("p", "r", {"a": 0, "b": 1}))
    async with table_read_slowly(storage_connection, f"{table_prefix}things", other) as slow:
        written = await slow.update("p", "r", lambda values: {**(values or {}), "a": 1})
    assert written == await table.get("p", "r")
    assert written.values == {"a": 1, "b": 1}


async def test_an_update_inserts_keeps_and_deletes(tables: Tables) -> None:
    """What the change gives is there afterwards; what stays as it is is not written; nothing deletes the row."""
    table = tables.table("things")
    assert await table.update("p", "new", lambda values: values) is None
    made = await table.update("p", "new", lambda _: {"n": 1})
    assert await table.update("p", "new", lambda values: values) == made == await table.get("p", "new")
    assert await table.update("p", "new", lambda _: None) is None
    assert await table.get("p", "new") is None


async def test_an_update_that_never_wins_gives_up(tables: Tables) -> None:
    """It says so with the caller's code; a conflict of the caller's own ends it at once."""

    async def overtaken() -> None:
        raise Conflict("row-changed", "somebody was faster")

    def refused(_: object) -> dict[str, object]:
        raise Conflict("lease-lost", "it is another's")

    with pytest.raises(Unavailable, match="things-contended"):
        await win(overtaken, Unavailable("things-contended", "others were faster"))
    with pytest.raises(Conflict, match="lease-lost"):
        await tables.table("things").update("p", "r", refused)
