"""Recordings as blobs of Azure Blob Storage."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from shared.errors import Missing, Unavailable

CONTAINER = "recordings"
_RETRY: dict[str, Any] = {"retry_total": 1, "initial_backoff": 1, "random_jitter_range": 1}
"""Once, within seconds: left to itself the client waits fifteen, and whoever keeps a recording tries again anyway."""


@dataclass(eq=False, repr=False)
class Blobs:
    """One container, made when it is first used."""

    service: BlobServiceClient
    container: ContainerClient
    _created: bool = field(default=False, init=False)
    _creating: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @classmethod
    def from_connection_string(cls, connection_string: str, prefix: str = "") -> Self:
        service = BlobServiceClient.from_connection_string(connection_string, **_RETRY)
        return cls(service, service.get_container_client(f"{prefix}{CONTAINER}".lower()))

    async def write(self, name: str, content: bytes, content_type: str) -> None:
        """Raises Unavailable ``blob-storage``."""
        await self._create()
        settings = ContentSettings(content_type=content_type)
        try:
            await self.container.upload_blob(name, content, overwrite=True, content_settings=settings)
        except AzureError as error:
            raise Unavailable("blob-storage", "Blob Storage does not take a recording") from error

    async def read(self, name: str) -> bytes:
        """Raises Missing ``recording-unknown``, Unavailable ``blob-storage``."""
        await self._create()
        try:
            return await (await self.container.download_blob(name)).readall()
        except ResourceNotFoundError as error:
            raise Missing("recording-unknown", "there is no such recording") from error
        except AzureError as error:
            raise Unavailable("blob-storage", "Blob Storage does not give a recording") from error

    async def delete(self, name: str) -> None:
        """Absent is fine."""
        try:
            await self.container.delete_blob(name)
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise Unavailable("blob-storage", "Blob Storage does not delete a recording") from error

    async def close(self) -> None:
        await self.service.close()

    async def _create(self) -> None:
        async with self._creating:
            if self._created:
                return
            try:
                await self.container.create_container()
            except ResourceExistsError:
                pass  # what was wanted
            except AzureError as error:
                raise Unavailable("blob-storage", "Blob Storage does not answer") from error
            self._created = True
