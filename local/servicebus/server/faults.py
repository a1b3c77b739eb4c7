"""Faults on purpose, for tests: set here in-process or through ``POST /faults/...``."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID

from local.servicebus.core.namespace import Namespace
from local.servicebus.core.session_queue import SessionQueue
from local.servicebus.server.peer import AmqpPeer


@dataclass(slots=True)
class LinkFaults:
    """What links follow while they work. Delays are in milliseconds; lost acks are how many are still to be lost."""

    send_delay_ms: int = 0
    receive_delay_ms: int = 0
    lose_send_acks: int = 0
    lose_settle_acks: int = 0
    drop_locks_on_disconnect: bool = False


@dataclass(eq=False, repr=False)
class BrokerFaults:
    """The switches of one broker, and what can be done to it at once."""

    peers: Collection[AmqpPeer]
    namespace: Namespace
    turn: Callable[[], AbstractContextManager[None]]
    switches: LinkFaults = field(default_factory=LinkFaults)

    def drop_connections(self) -> int:
        """Cuts all connections without a word; says how many."""
        peers = list(self.peers)
        for peer in peers:
            peer.abort()
        return len(peers)

    def lose_acks(self, *, sends: int = 0, settlements: int = 0) -> None:
        """The next so many sends (or settlements) are committed, then their connection is cut instead of answered."""
        self.switches.lose_send_acks = sends
        self.switches.lose_settle_acks = settlements

    def delay(self, *, send_ms: int = 0, receive_ms: int = 0) -> None:
        """From now on sends wait before they are processed, and messages before they are handed out."""
        self.switches.send_delay_ms = send_ms
        self.switches.receive_delay_ms = receive_ms

    def drop_locks_on_disconnect(self, on: bool) -> None:
        """Whether a receiver that goes away loses its locks at once (off: they run until they expire)."""
        self.switches.drop_locks_on_disconnect = on

    def expire_locks(self, address: str, token: UUID | None = None) -> int:
        """Ends the locks of an entity now: one, or all with those of its sessions; says how many.

        Raises EntityNotFound, LockLost.
        """
        queue = self.namespace.receivable(address)
        with self.turn():
            if token is not None:
                queue.expire_lock(token)
                return 1
            if isinstance(queue, SessionQueue):
                return queue.expire_session_locks()
            return queue.expire_locks()

    def reset(self) -> None:
        """All switches back to no fault."""
        self.switches = LinkFaults()
