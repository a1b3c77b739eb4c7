"""Rows of Azure Table Storage with optimistic concurrency: ETags decide races (design.md rule 8).

The SDK's own retries are off. A write whose answer was lost would be repeated by them and then lose against itself;
here it raises Unavailable, and whoever tries again reads first.

Every method may raise Unavailable ``storage-unavailable``, Misconfigured ``storage-refused`` and InvalidInput
``row-key``; those that write, also InvalidInput ``row-property``, ``row-too-large`` or ``row-refused``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, overload
from urllib.request import getproxies

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
)
from azure.data.tables import EdmType, EntityProperty, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Unavailable, VoiceError
from shared.storage.answers import check_answer
from shared.storage.limits import check_keys, check_row, check_table_name, check_transaction
from shared.storage.races import win

INT32_MAX = 2**31 - 1
PAGE = 1000


@dataclass(frozen=True)
class Row:
    """One entity. ``values``: str, int, bool, float, bytes or aware UTC datetime; ``etag``: as last read or written."""

    pk: str
    rk: str
    values: Mapping[str, Any] = field(default_factory=dict)
    etag: str | None = None


@dataclass(frozen=True)
class Insert:
    """Writes a row that must not be there yet."""

    row: Row


@dataclass(frozen=True)
class Replace:
    """Writes a row that must still be as it was when ``row.etag`` was read."""

    row: Row


@dataclass(frozen=True)
class Put:
    """Writes a row whatever was there."""

    row: Row


@dataclass(frozen=True)
class Delete:
    """Deletes a row that must be there, and unchanged if an ETag is given."""

    pk: str
    rk: str
    etag: str | None = None


Operation = Insert | Replace | Put | Delete
Values = Mapping[str, Any]
Merging = Callable[[Values | None], Values]
"""What a row is to hold, given what it holds; it gets None where there is no row."""
Deciding = Callable[[Values | None], Values | None]
"""The same; it gives None where there is to be no row."""


class Table:
    """One table, created when it is first used."""

    def __init__(self, client: TableClient) -> None:
        self._client = client
        self._created = False
        self._creating = asyncio.Lock()

    async def get(self, pk: str, rk: str) -> Row | None:
        """One point read."""
        check_keys(pk, rk)
        client = await self._ready()
        try:
            with self._errors():
                entity = await client.get_entity(pk, rk)
        except Missing:
            return None
        return _to_row(entity)

    async def insert(self, row: Row) -> Row:
        """Raises Conflict ``row-exists``."""
        check_row(row.pk, row.rk, row.values)
        client = await self._ready()
        with self._errors():
            return _with_etag(row, await client.create_entity(_to_entity(row)))

    async def replace(self, row: Row) -> Row:
        """Raises Conflict ``row-changed`` when the row is not as ``row.etag`` says, Missing ``row-missing``."""
        check_row(row.pk, row.rk, row.values)
        client = await self._ready()
        with self._errors():
            written = await client.update_entity(
                _to_entity(row),
                mode=UpdateMode.REPLACE,
                etag=_required_etag(row),
                match_condition=MatchConditions.IfNotModified,
            )
        return _with_etag(row, written)

    async def put(self, row: Row) -> Row:
        """Writes the row whatever was there."""
        check_row(row.pk, row.rk, row.values)
        client = await self._ready()
        with self._errors():
            return _with_etag(row, await client.upsert_entity(_to_entity(row), mode=UpdateMode.REPLACE))

    async def delete(self, pk: str, rk: str, etag: str | None = None) -> None:
        """Absent is fine. Raises Conflict ``row-changed`` when an ETag is given and is not the row's."""
        check_keys(pk, rk)
        condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified} if etag else {}
        client = await self._ready()
        with self._errors():
            await client.delete_entity(pk, rk, **condition)

    @overload
    async def update(self, pk: str, rk: str, change: Merging, *, contended: Unavailable | None = None) -> Row: ...
    @overload
    async def update(
        self,
        pk: str,
        rk: str,
        change: Deciding,
        *,
        contended: Unavailable | None = None,
    ) -> Row | None: ...
    async def update(
        self,
        pk: str,
        rk: str,
        change: Deciding,
        *,
        contended: Unavailable | None = None,
    ) -> Row | None:
        """Reads a row and writes what ``change`` makes of it, by compare-and-set; the row as it is then.

        ``change`` gets the values, None where there is no row, and gives those that are to be there, None for no row;
        the same ones write nothing. It is called again when somebody else was faster; what it raises ends the update.
        Raises ``contended`` (Unavailable ``row-contended``) when others are faster again and again.
        """
        return await win(lambda: self._changed(pk, rk, change), contended)

    async def ensure(self, pk: str, rk: str, values: Values) -> Row:
        """The row that is there; if there is none, one with these values."""
        return await win(lambda: self._there_or(Row(pk, rk, values)))

    async def _there_or(self, row: Row) -> Row:
        return await self.get(row.pk, row.rk) or await self.insert(row)

    async def _changed(self, pk: str, rk: str, change: Deciding) -> Row | None:
        row = await self.get(pk, rk)
        before = row.values if row else None
        values = change(before)
        if values == before:
            return row
        if values is None:
            await self.delete(pk, rk, row.etag if row else None)
            return None
        written = Row(pk, rk, values, row.etag if row else None)
        return await (self.replace(written) if row else self.insert(written))

    async def query(
        self, pk: str, *, rk_from: str | None = None, rk_below: str | None = None, limit: int | None = None
    ) -> AsyncIterator[Row]:
        """The rows of a partition in the order of their keys, from ``rk_from`` up to but without ``rk_below``."""
        text, parameters = "PartitionKey eq @pk", {"pk": pk}
        if rk_from is not None:
            text, parameters["low"] = f"{text} and RowKey ge @low", rk_from
        if rk_below is not None:
            text, parameters["high"] = f"{text} and RowKey lt @high", rk_below
        client = await self._ready()
        left = limit
        with self._errors():
            found = client.query_entities(text, parameters=parameters, results_per_page=min(limit or PAGE, PAGE))
            async for entity in found:
                yield _to_row(entity)
                left = None if left is None else left - 1
                if left == 0:
                    return

    async def query_partitions(self, first: str, last: str) -> AsyncIterator[Row]:
        """The rows of all partitions from ``first`` to ``last``, in the order of their keys."""
        client = await self._ready()
        text, parameters = "PartitionKey ge @first and PartitionKey le @last", {"first": first, "last": last}
        with self._errors():
            async for entity in client.query_entities(text, parameters=parameters, results_per_page=PAGE):
                yield _to_row(entity)

    async def transact(self, operations: Sequence[Operation]) -> list[Row]:
        """All or nothing within one partition; the written rows with their new ETags, deletions left out.

        Raises Conflict ``row-exists`` or ``row-changed``, or Missing ``row-missing``, when one of them loses.
        """
        if not operations:
            return []
        rows = [one.row for one in operations if not isinstance(one, Delete)]
        keys = {one.pk if isinstance(one, Delete) else one.row.pk for one in operations}
        check_keys(*keys, *(one.rk for one in operations if isinstance(one, Delete)))
        check_transaction([check_row(row.pk, row.rk, row.values) for row in rows], keys, len(operations))
        client = await self._ready()
        with self._errors():
            answers = await client.submit_transaction([_to_sdk(one) for one in operations])
        pairs = zip(operations, answers, strict=True)
        return [_with_etag(one.row, answer) for one, answer in pairs if not isinstance(one, Delete)]

    async def _ready(self) -> TableClient:
        if not self._created:
            async with self._creating:
                if not self._created:
                    with _errors(), suppress(ResourceExistsError):
                        await self._client.create_table()
                    self._created = True
        return self._client

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """As ``_errors``; a table that was deleted behind our back is created again next time."""
        try:
            with _errors():
                yield
        except _TableGone:
            self._created = False
            raise


class Tables:
    """The tables of one storage account, under a common prefix of their names."""

    def __init__(self, service: TableServiceClient, prefix: str = "") -> None:
        self._service = service
        self._prefix = prefix
        self._tables: dict[str, Table] = {}

    @classmethod
    def from_connection_string(cls, connection_string: str, prefix: str = "") -> Self:
        return cls(TableServiceClient.from_connection_string(connection_string, **_CLIENT), prefix)

    @classmethod
    def from_settings(cls, environ: Mapping[str, str], credential: AsyncTokenCredential | None = None) -> Self:
        """From ``STORAGE_CONNECTION``, or ``STORAGE_CONNECTION__tableServiceUri`` with a managed identity."""
        prefix = environ.get("TABLE_PREFIX", "")
        if connection_string := environ.get("STORAGE_CONNECTION"):
            return cls.from_connection_string(connection_string, prefix)
        endpoint = environ.get("STORAGE_CONNECTION__tableServiceUri")
        if not endpoint or credential is None:
            raise Misconfigured("app-setting-missing", "the app setting STORAGE_CONNECTION is not set")
        return cls(TableServiceClient(endpoint, credential=credential, **_CLIENT), prefix)

    def table(self, name: str) -> Table:
        if name not in self._tables:
            full_name = check_table_name(self._prefix + name)
            self._tables[name] = Table(self._service.get_table_client(full_name))
        return self._tables[name]

    async def check(self) -> None:
        """Raises Unavailable or Misconfigured when the account does not answer."""
        with _errors():
            async for _ in self._service.list_tables(results_per_page=1):
                return

    async def close(self) -> None:
        await self._service.close()


_CLIENT: dict[str, Any] = {
    "retry_total": 0,
    "connection_timeout": 5,
    "read_timeout": 30,
    "raw_response_hook": check_answer,
    "use_env_settings": bool(getproxies()),
}
"""Where no proxy is set, the environment need not be searched for one at each request (a millisecond each)."""


class _TableGone(Unavailable):
    """The table is not there, though it was created."""


@contextmanager
def _errors() -> Iterator[None]:
    """The SDK's errors as ours."""
    try:
        yield
    except ClientAuthenticationError as error:
        raise Misconfigured("storage-refused", "Table Storage refused the app's credentials") from error
    except HttpResponseError as error:
        raise _refused(error) from error
    except (AzureError, TimeoutError) as error:
        raise Unavailable("storage-unavailable", "Table Storage does not answer") from error


def _refused(error: HttpResponseError) -> VoiceError:
    match error.status_code, _code(error):
        case 404, "TableNotFound":
            return _TableGone("storage-unavailable", "the table was deleted; it is created again")
        case 404, _:
            return Missing("row-missing", "there is no such row")
        case 409, "TableBeingDeleted":
            return Unavailable("storage-unavailable", "a table of that name is still being deleted")
        case 409, _:
            return Conflict("row-exists", "the row is there already")
        case 412, _:
            return Conflict("row-changed", "the row was changed by someone else")
        case ((401 | 403), _):
            return Misconfigured("storage-refused", "Table Storage refused the app's credentials")
        case ((400 | 413), code):
            return InvalidInput("row-refused", f"Table Storage refused what was sent: {code}")
        case status, _:
            return Unavailable("storage-unavailable", f"Table Storage answered {status}")


def _code(error: HttpResponseError) -> str:
    """The service's name for what is wrong, such as ``TableNotFound``."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "unknown")


def _required_etag(row: Row) -> str:
    if row.etag is None:
        raise Conflict("row-changed", "the row to replace was never read")
    return row.etag


def _to_entity(row: Row) -> dict[str, Any]:
    return {
        "PartitionKey": row.pk,
        "RowKey": row.rk,
        **{name: _to_property(value) for name, value in row.values.items()},
    }


def _to_property(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > INT32_MAX:
        return EntityProperty(value, EdmType.INT64)
    return str(value) if isinstance(value, str) else value


def _to_row(entity: Mapping[str, Any]) -> Row:
    values = {name: _from_property(value) for name, value in entity.items() if name not in {"PartitionKey", "RowKey"}}
    return Row(entity["PartitionKey"], entity["RowKey"], values, entity.metadata["etag"])  # type: ignore[attr-defined]


def _from_property(value: object) -> object:
    if isinstance(value, EntityProperty):
        return value.value
    if isinstance(value, datetime):
        return datetime.combine(value.date(), value.timetz())
    return value


def _with_etag(row: Row, answer: Mapping[str, Any]) -> Row:
    return Row(row.pk, row.rk, row.values, answer["etag"])


def _to_sdk(operation: Operation) -> tuple[Any, ...]:
    if isinstance(operation, Insert):
        return "create", _to_entity(operation.row)
    if isinstance(operation, Put):
        return "upsert", _to_entity(operation.row), {"mode": UpdateMode.REPLACE}
    if isinstance(operation, Replace):
        condition = {"etag": _required_etag(operation.row), "match_condition": MatchConditions.IfNotModified}
        return "update", _to_entity(operation.row), {"mode": UpdateMode.REPLACE, **condition}
    entity = {"PartitionKey": operation.pk, "RowKey": operation.rk}
    if operation.etag is None:
        return "delete", entity
    return "delete", entity, {"etag": operation.etag, "match_condition": MatchConditions.IfNotModified}
