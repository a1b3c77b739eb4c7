"""What works behind the connections: entities, store and clock, and the turn in which all work is done."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.servicebus.core.clock import BrokerClock, SystemClock
from local.servicebus.core.config import NamespaceConfig
from local.servicebus.core.model import Context, QueueSettings
from local.servicebus.core.namespace import Namespace
from local.servicebus.core.store import BrokerStore
from local.servicebus.server.envelope import read_properties
from local.servicebus.server.faults import BrokerFaults
from local.servicebus.server.peer import AmqpPeer
from local.servicebus.server.tokens import TokenCheck


class BrokerEngine:
    """One namespace. Everything runs on one event loop, in turns: work, commit, then write."""

    def __init__(
        self,
        config: NamespaceConfig,
        *,
        db: Path | None = None,
        clock: BrokerClock | None = None,
        key: str | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self._store = BrokerStore(db)
        self._context = Context(self.clock, self._store)
        self.namespace = Namespace(config, self._store, self._context, read_properties)
        self.tokens = TokenCheck(key)
        self.peers: set[AmqpPeer] = set()
        self.faults = BrokerFaults(self.peers, self.namespace, self.turn)
        self._written: set[AmqpPeer] = set()
        self._running = False
        self._alarm: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """From now on timers run; those that fell due before run first."""
        self._running = True
        with self.turn():
            self._run_timers()

    def stop(self) -> None:
        """Nothing falls due any more, and the store is closed."""
        self._running = False
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
            for peer in written:
                peer.flush()
            self._set_alarm()

    def will_write(self, peer: AmqpPeer) -> None:
        """A peer has something to flush at the end of the turn."""
        self._written.add(peer)

    def later(self, delay_ms: int, work: Callable[[], None]) -> None:
        """Does ``work`` in a turn of its own after ``delay_ms`` of real time."""

        def in_turn() -> None:
            if self._running:
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
        if due_ms is not None and self.clock.flows and self._running:
            wait_s = max(due_ms - self.clock.now_ms(), 0) / 1000
            self._alarm = asyncio.get_running_loop().call_later(wait_s, self._wake)

    def _wake(self) -> None:
        with self.turn():
            self._run_timers()
