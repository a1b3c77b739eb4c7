"""A link on which the peer receives: credit, transfers, and for entities the settling of deliveries."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from local.servicebus.amqp.performatives import (
    Accepted,
    Attach,
    Error,
    Flow,
    LinkRole,
    Modified,
    Rejected,
    Released,
    Source,
    Transfer,
    error,
)
from local.servicebus.core.errors import BrokerError, NotAllowed
from local.servicebus.core.model import Record
from local.servicebus.core.queue import Queue
from local.servicebus.server.envelope import write_record
from local.servicebus.server.session import Session

FRAME_OVERHEAD = 512
SETTLED = 1


class Outlet:
    """Credit accounting and the splitting of messages into transfers."""

    def __init__(self, session: Session, attach: Attach) -> None:
        self._session = session
        self._handle = attach.handle or 0
        self._credit = 0
        self._delivery_count = 0
        self._open = True

    def on_flow(self, flow: Flow) -> None:
        limit = (flow.delivery_count or 0) + (flow.link_credit or 0)
        self._credit = max(limit - self._delivery_count, 0)
        self._fill()
        if flow.drain:
            self._delivery_count += self._credit
            self._credit = 0
        if flow.drain or flow.echo:
            state = Flow(
                handle=self._handle,
                delivery_count=self._delivery_count,
                link_credit=self._credit,
                available=0,
                drain=bool(flow.drain),
            )
            self._session.send_flow(state)

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """Peers do not send on a receiving link; what comes is dropped with the credit they do not have."""

    def ended(self) -> None:
        self._open = False

    def _fill(self) -> None:
        """Uses new credit."""

    def _spend(self) -> None:
        self._credit -= 1
        self._delivery_count += 1

    def _transfers(self, tag: bytes, octets: bytes, *, settled: bool) -> list[tuple[Transfer, bytes]]:
        size = self._session.peer.max_frame_size - FRAME_OVERHEAD
        parts = [octets[at : at + size] for at in range(0, len(octets), size)]
        last = len(parts) - 1
        first = Transfer(self._handle, None, tag, message_format=0, settled=settled, more=last > 0)
        rest = [Transfer(self._handle, settled=settled, more=at < last) for at in range(1, last + 1)]
        return list(zip([first, *rest], parts, strict=True))


class ReplyOutlet(Outlet):
    """Where the replies of a request-response node go; they wait for credit."""

    def __init__(self, session: Session, attach: Attach, forget: Callable[["ReplyOutlet"], None]) -> None:
        super().__init__(session, attach)
        self.address: str = attach.target.address if attach.target and attach.target.address else ""
        self._forget = forget
        self._waiting: list[bytes] = []
        session.send(_answer(attach))

    def reply(self, octets: bytes) -> None:
        self._waiting.append(octets)
        self._fill()

    def ended(self) -> None:
        super().ended()
        self._forget(self)

    def _fill(self) -> None:
        while self._waiting and self._credit > 0:
            octets = self._waiting.pop(0)
            tag = self._delivery_count.to_bytes(4)
            self._spend()
            self._session.deliver(self._transfers(tag, octets, settled=True), None, None)


class EntityOutlet(Outlet):
    """A receiver of an entity: a consumer of its queue."""

    def __init__(self, session: Session, attach: Attach, queue: Queue) -> None:
        super().__init__(session, attach)
        self.peek_lock = attach.snd_settle_mode != SETTLED
        self._attach = attach
        self._queue = queue
        self._session_id: str | None = None

    def begin(self, source: Source | None = None, properties: dict[Any, Any] | None = None) -> None:
        """Answers the attach, with the source that was really taken: from now on the link is open."""
        self._session.links[self._handle] = self
        answer = _answer(self._attach)
        self._session.send(answer._replace(source=source or answer.source, properties=properties))

    # -- the consumer of the queue --------------------------------------------------------------------------------

    def wants(self) -> bool:
        return self._open and self._credit > 0

    def take(self, record: Record) -> None:
        self._spend()
        token = record.lock.token if record.lock else None
        octets = write_record(record)
        delay_ms = self._session.engine.faults.switches.receive_delay_ms
        if delay_ms:
            self._session.engine.later(delay_ms, lambda: self._deliver(token, octets))
        else:
            self._deliver(token, octets)

    def lost(self, reason: BrokerError) -> None:
        if self._open:
            self._session.detach(self._handle, error(reason.condition, str(reason)))
            self.ended()

    # -- the peer -------------------------------------------------------------------------------------------------

    def settle(self, token: UUID, state: object) -> object:
        """Acts on the peer's outcome; a refusal is answered as rejected with the reason."""
        try:
            answer = self._act(token, state)
        except BrokerError as refusal:
            return Rejected(error(refusal.condition, str(refusal)))
        switches = self._session.engine.faults.switches
        if switches.lose_settle_acks:
            switches.lose_settle_acks -= 1
            self._session.peer.lose_output()
        return answer

    def ended(self) -> None:
        if not self._open:
            return
        super().ended()
        if self._session.engine.faults.switches.drop_locks_on_disconnect:
            self._queue.drop_locks(self)
        self._queue.detach(self)

    def _fill(self) -> None:
        self._queue.pump(self)

    def _deliver(self, token: UUID | None, octets: bytes) -> None:
        if not self._open:
            return
        tag = token.bytes_le if token else self._delivery_count.to_bytes(4)
        transfers = self._transfers(tag, octets, settled=not self.peek_lock)
        self._session.deliver(transfers, self if self.peek_lock else None, token)

    def _act(self, token: UUID, state: object) -> object:
        match state:
            case Accepted():
                self._queue.complete(token)
            case Rejected(error=reason):
                info = (reason.info if isinstance(reason, Error) else None) or {}
                reasons = (info.get("DeadLetterReason"), info.get("DeadLetterErrorDescription"))
                self._queue.dead_letter(token, *reasons)
                return Rejected()
            case Modified(undeliverable_here=True):
                self._queue.defer(token)
            case Modified():
                self._queue.abandon(token)
            case Released():
                self._queue.release(token)
            case _:
                raise NotAllowed(f"a delivery cannot be settled as {type(state).__name__}")
        return state


def _answer(attach: Attach) -> Attach:
    return attach._replace(
        role=bool(LinkRole.SENDER), unsettled=None, initial_delivery_count=0, max_message_size=None, properties=None
    )
