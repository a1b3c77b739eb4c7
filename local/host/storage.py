"""What timers keep in the storage account of ``AzureWebJobsStorage``, in the blobs where Microsoft's host keeps it."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from uuid import UUID

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, BlobServiceClient

CONTAINER = "azure-webjobs-hosts"
LEASE_S = 60
RENEW_S = 20.0


class StorageUnavailableError(Exception):
    """The storage account does not answer, or not as it should."""


class BlobStorage:
    """Status and lock of each timer of one host id.

    ``owner`` is the id of the leases: the same host started again takes over at once what its dead self still holds.
    """

    def __init__(self, connection_string: str, host_id: str, owner: UUID) -> None:
        self._service = BlobServiceClient.from_connection_string(connection_string, retry_total=0)
        self._host_id = host_id
        self._owner = str(owner)

    async def close(self) -> None:
        await self._service.close()

    async def read(self, function: str) -> Mapping[str, str] | None:
        """What ``write`` wrote last, None when there is nothing. Raises StorageUnavailableError."""
        with _told_apart():
            try:
                download = await self._status(function).download_blob()
                status: Mapping[str, str] = json.loads(await download.readall())
            except ResourceNotFoundError:
                return None
        return status

    async def write(self, function: str, status: Mapping[str, str]) -> None:
        """Raises StorageUnavailableError."""
        with _told_apart():
            await self._status(function).upload_blob(json.dumps(status), overwrite=True)

    async def acquire(self, function: str) -> bool:
        """Whether this host may run the timer from now on. Raises StorageUnavailableError."""
        with _told_apart():
            await self._make_lock(function)
            try:
                await self._lease(function).acquire(lease_duration=LEASE_S)
            except HttpResponseError as error:
                if error.status_code == 409:
                    return False
                raise
        return True

    async def keep(self, function: str) -> None:
        """Renews the lock; returns when it is lost."""
        held_until = time.monotonic() + LEASE_S
        while time.monotonic() < held_until:
            await asyncio.sleep(RENEW_S)
            try:
                await self._lease(function).renew()
                held_until = time.monotonic() + LEASE_S
            except HttpResponseError as error:
                if error.status_code in {404, 409, 412}:
                    return
            except AzureError:
                # Storage is away: the lock is ours until it runs out.
                continue

    async def release(self, function: str) -> None:
        """Gives the lock up. Raises StorageUnavailableError."""
        with _told_apart():
            await self._lease(function).release()

    async def _make_lock(self, function: str) -> None:
        """The container and the empty blob that a lease is taken on, where they are not there yet."""
        with suppress(ResourceExistsError):
            await self._service.create_container(CONTAINER)
        try:
            await self._lock(function).upload_blob(b"", overwrite=False)
        except HttpResponseError as error:
            if error.status_code not in {409, 412}:
                raise

    def _status(self, function: str) -> BlobClient:
        return self._service.get_blob_client(CONTAINER, f"timers/{self._host_id}/Host.Functions.{function}/status")

    def _lock(self, function: str) -> BlobClient:
        return self._service.get_blob_client(CONTAINER, f"locks/{self._host_id}/Host.Functions.{function}.Listener")

    def _lease(self, function: str) -> BlobLeaseClient:
        return BlobLeaseClient(self._lock(function), lease_id=self._owner)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        raise StorageUnavailableError(str(error)) from error
