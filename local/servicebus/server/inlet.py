"""A link on which the peer sends: transfers are put together, taken, and answered."""

from collections.abc import Callable

from local.servicebus.amqp.performatives import Accepted, Attach, Disposition, Flow, LinkRole, Rejected, Transfer, error
from local.servicebus.amqp.types import DecodeError
from local.servicebus.core.errors import BrokerError, MessageTooLarge
from local.servicebus.core.namespace import Namespace
from local.servicebus.server.envelope import read_contents
from local.servicebus.server.session import Session

CREDIT = 1_000
MAX_MESSAGE_SIZE = 262_144

Take = Callable[[int, bytes], None]
"""Takes a message (its format and bytes). Raises BrokerError, DecodeError when it is refused."""


class Inlet:
    """Hands each message to ``take`` and answers accepted or rejected."""

    def __init__(self, session: Session, attach: Attach, take: Take) -> None:
        self._session = session
        self._handle = attach.handle or 0
        self._take = take
        self._parts: list[bytes] = []
        self._first = Transfer()
        self._received = 0
        self._open = True
        answer = attach._replace(
            role=bool(LinkRole.RECEIVER),
            unsettled=None,
            initial_delivery_count=None,
            max_message_size=MAX_MESSAGE_SIZE,
            properties=None,
        )
        session.send(answer)
        self._grant()

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        if not self._parts:
            self._first = transfer
        self._parts.append(payload)
        if transfer.aborted:
            self._parts.clear()
        elif not transfer.more:
            octets = b"".join(self._parts)
            self._parts.clear()
            self._received += 1
            self._receive(self._first, octets, settled=bool(transfer.settled or self._first.settled))

    def on_flow(self, flow: Flow) -> None:
        if flow.echo:
            self._grant()

    def ended(self) -> None:
        self._open = False

    def _receive(self, transfer: Transfer, octets: bytes, *, settled: bool) -> None:
        self._process(transfer, octets, settled=settled)

    def _process(self, transfer: Transfer, octets: bytes, *, settled: bool) -> None:
        state = self._outcome(transfer.message_format or 0, octets)
        if not settled and self._open:
            delivery = transfer.delivery_id
            self._session.send(Disposition(bool(LinkRole.RECEIVER), delivery, delivery, settled=True, state=state))
        if self._received % (CREDIT // 2) == 0:
            self._grant()

    def _outcome(self, message_format: int, octets: bytes) -> Accepted | Rejected:
        try:
            if len(octets) > MAX_MESSAGE_SIZE:
                raise MessageTooLarge(f"the message has {len(octets)} bytes, {MAX_MESSAGE_SIZE} are allowed")
            self._take(message_format, octets)
        except BrokerError as refusal:
            return Rejected(error(refusal.condition, str(refusal)))
        except DecodeError as problem:
            return Rejected(error("amqp:decode-error", str(problem)))
        return Accepted()

    def _grant(self) -> None:
        self._session.send_flow(Flow(handle=self._handle, delivery_count=self._received, link_credit=CREDIT))


class EntityInlet(Inlet):
    """Messages for a queue or topic; here the faults of sending happen."""

    def __init__(self, session: Session, attach: Attach, namespace: Namespace, address: str) -> None:
        namespace.sendable(address)
        super().__init__(session, attach, self._send)
        self._namespace = namespace
        self._address = address

    def _receive(self, transfer: Transfer, octets: bytes, *, settled: bool) -> None:
        delay_ms = self._session.engine.faults.switches.send_delay_ms
        if delay_ms:
            self._session.engine.later(delay_ms, lambda: self._process(transfer, octets, settled=settled))
        else:
            self._process(transfer, octets, settled=settled)

    def _send(self, message_format: int, octets: bytes) -> None:
        queue = self._namespace.sendable(self._address)
        contents = read_contents(message_format, octets)
        for content in contents:
            queue.check(content)  # a batch is taken as a whole or not at all
        for content in contents:
            queue.send(content)
        switches = self._session.engine.faults.switches
        if switches.lose_send_acks:
            switches.lose_send_acks -= 1
            self._session.peer.lose_output()
