"""The running broker: an engine that clients can connect to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from local.servicebus.core.clock import BrokerClock
from local.servicebus.core.config import NamespaceConfig
from local.servicebus.server.connection import AmqpConnection
from local.servicebus.server.engine import BrokerEngine
from local.servicebus.server.tokens import KEY_NAME

HOST = "127.0.0.1"
DEFAULT_KEY = "SAS_KEY_VALUE"


class Broker(BrokerEngine):
    """An engine on one port."""

    def __init__(
        self,
        config: NamespaceConfig,
        *,
        db: Path | None = None,
        clock: BrokerClock | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(config, db=db, clock=clock, key=key)
        self.port = 0
        self._key = key or DEFAULT_KEY
        self._server: asyncio.Server | None = None

    @property
    def connection_string(self) -> str:
        """What clients connect with, once the broker listens."""
        return (
            f"Endpoint=sb://localhost:{self.port};SharedAccessKeyName={KEY_NAME};"
            f"SharedAccessKey={self._key};UseDevelopmentEmulator=true;"
        )

    async def listen(self, port: int = 0) -> None:
        """Begins to work and listens; port 0 picks a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: AmqpConnection(self, loop), HOST, port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]
        self.start()

    async def close(self) -> None:
        """Stops listening, drops the connections and closes the store."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.faults.drop_connections()
        await asyncio.sleep(0)  # lets the event loop tell the connections that they are lost
        self.stop()


@asynccontextmanager
async def running_broker(
    config: NamespaceConfig | None = None,
    *,
    db: Path | None = None,
    clock: BrokerClock | None = None,
    key: str | None = None,
    port: int = 0,
) -> AsyncIterator[Broker]:
    """A broker that listens while the block runs, on the running event loop."""
    broker = Broker(config or NamespaceConfig(), db=db, clock=clock, key=key)
    await broker.listen(port)
    try:
        yield broker
    finally:
        await broker.close()
