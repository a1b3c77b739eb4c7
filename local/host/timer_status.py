"""The due times of monitored timers, in the blobs where Microsoft's host keeps them."""

import json
from collections.abc import Mapping

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient

CONTAINER = "azure-webjobs-hosts"


class BlobStatus:
    """``timers/{host id}/Host.Functions.{function}/status`` in the account of ``AzureWebJobsStorage``."""

    def __init__(self, connection_string: str, host_id: str) -> None:
        self._service = BlobServiceClient.from_connection_string(connection_string)
        self._host_id = host_id

    async def open(self) -> None:
        try:
            await self._service.create_container(CONTAINER)
        except ResourceExistsError:
            return

    async def close(self) -> None:
        await self._service.close()

    async def read(self, function: str) -> Mapping[str, str] | None:
        try:
            download = await self._service.get_blob_client(CONTAINER, self._path(function)).download_blob()
        except ResourceNotFoundError:
            return None
        status: Mapping[str, str] = json.loads(await download.readall())
        return status

    async def write(self, function: str, status: Mapping[str, str]) -> None:
        client = self._service.get_blob_client(CONTAINER, self._path(function))
        await client.upload_blob(json.dumps(status), overwrite=True)

    def _path(self, function: str) -> str:
        return f"timers/{self._host_id}/Host.Functions.{function}/status"
