"""The running broker: entities, store, clock and connections, and the turn in which all work is done."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from local.servicebus.core.clock import Clock, SystemClock
from local.servicebus.core.config import NamespaceConfig
from local.servicebus.core.model import Context, QueueSettings
from local.servicebus.core.namespace import Namespace
from local.servicebus.core.store import Store
from local.servicebus.server.connection import Connection
from local.servicebus.server.envelope import read_properties
from local.servicebus.server.faults import Faults
from local.servicebus.server.tokens import KEY_NAME, TokenCheck

log = logging.getLogger("servicebus")

HOST = "127.0.0.1"
DEFAULT_KEY = "SAS_KEY_VALUE"


class Broker:
    """One namespace on one port. Everything runs on one event loop, in turns: work, commit, then write."""

    def __init__(
        self, config: NamespaceConfig, *, db: Path | None = None, clock: Clock | None = None, key: str | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self._store = Store(db)
        self._context = Context(self.clock, self._store)
        self.namespace = Namespace(config, self._store, self._context, read_properties)
        self.tokens = TokenCheck(key)
        self.faults = Faults(self)
        self.connections: set[Connection] = set()
        self._key = key or DEFAULT_KEY
        self._written: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self.port = 0

    @property
    def connection_string(self) -> str:
        """What clients connect with, once the broker listens."""
        return (
            f"Endpoint=sb://localhost:{self.port};SharedAccessKeyName={KEY_NAME};"
            f"SharedAccessKey={self._key};UseDevelopmentEmulator=true;"
        )

    async def start(self, port: int = 0) -> None:
        """Listens; port 0 picks a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self, loop), HOST, port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]
        with self.turn():
            self._run_timers()

    async def stop(self) -> None:
        """Stops listening, drops the connections and closes the store."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.faults.drop_connections()
        await asyncio.sleep(0)  # lets the event loop tell the connections that they are lost
        if self._alarm is not None:
            self._alarm.cancel()
        self._store.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Does some work; what it writes to peers leaves only after what it changed is committed."""
        try:
            yield
        finally:
            self._store.commit()
            written, self._written = self._written, set()
            for connection in written:
                connection.flush()
            self._set_alarm()

    def will_write(self, connection: Connection) -> None:
        """A connection has something to flush at the end of the turn."""
        self._written.add(connection)

    def later(self, delay_ms: int, work: Callable[[], None]) -> None:
        """Does ``work`` in a turn of its own after ``delay_ms`` of real time."""

        def in_turn() -> None:
            if self._server is not None:
                with self.turn():
                    work()

        asyncio.get_running_loop().call_later(delay_ms / 1000, in_turn)

    def advance(self, seconds: float) -> None:
        """Moves the clock on, stopping at everything that falls due on the way. Raises ValueError (system clock)."""
        target_ms = self.clock.now_ms() + round(seconds * 1000)
        timers = self._context.timers
        with self.turn():
            while (due_ms := timers.next_due_ms()) is not None and due_ms <= target_ms:
                self.clock.move_to(max(due_ms, self.clock.now_ms()))
                timers.run_one(target_ms)
            self.clock.move_to(max(target_ms, self.clock.now_ms()))

    def create_queue(self, name: str, settings: QueueSettings | None = None) -> None:
        """Makes a queue at run time. Raises EntityExists."""
        with self.turn():
            self.namespace.create_queue(name, settings or QueueSettings())

    def _run_timers(self) -> None:
        while self._context.timers.run_one(self.clock.now_ms()):
            pass

    def _set_alarm(self) -> None:
        """Wakes the broker when the next timer is due; a standing clock wakes nobody."""
        due_ms = self._context.timers.next_due_ms()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if due_ms is not None and self.clock.flows and self._server is not None:
            wait_s = max(due_ms - self.clock.now_ms(), 0) / 1000
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._wake)

    def _wake(self) -> None:
        with self.turn():
            self._run_timers()


@asynccontextmanager
async def running_broker(
    config: NamespaceConfig | None = None,
    *,
    db: Path | None = None,
    clock: Clock | None = None,
    key: str | None = None,
    port: int = 0,
) -> AsyncIterator[Broker]:
    """A broker that listens while the block runs, on the running event loop."""
    broker = Broker(config or NamespaceConfig(), db=db, clock=clock, key=key)
    await broker.start(port=port)
    try:
        yield broker
    finally:
        await broker.stop()
