"""One AMQP session: links by handle, deliveries by id, and the transfer window."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from local.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    Error,
    Flow,
    LinkRole,
    Transfer,
    error,
)
from local.servicebus.core.errors import BrokerError
from local.servicebus.server.engine import BrokerEngine
from local.servicebus.server.peer import AmqpPeer

log = logging.getLogger("servicebus.session")

WINDOW = 5_000
HANDLE_MAX = 255


class ProtocolError(Exception):
    """The peer did something that AMQP forbids."""


class Link(Protocol):
    """One end of a link, ours."""

    def on_flow(self, flow: Flow) -> None: ...

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None: ...

    def ended(self) -> None:
        """The link is gone, by whatever cause."""


class Settles(Protocol):
    """A link whose deliveries the peer settles."""

    def settle(self, token: UUID, state: object) -> object:
        """Does what ``state`` says; returns the state to answer with."""


OpenLink = Callable[["Session", Attach], None]
"""Opens the link that an attach asks for. Raises BrokerError when it is refused."""


class Session:
    """Sequence numbers are per session; links are known by the peer's handle and have the same number on our side."""

    def __init__(self, peer: AmqpPeer, engine: BrokerEngine, channel: int, begin: Begin, open_link: OpenLink) -> None:
        self.peer = peer
        self.engine = engine
        self.links: dict[int, Link] = {}
        self._channel = channel
        self._open_link = open_link
        self._incoming_id = begin.next_outgoing_id or 0
        self._incoming_since_flow = 0
        self._outgoing_id = 1
        self._outgoing_window = begin.incoming_window or 0
        self._unsent: deque[tuple[Transfer, bytes]] = deque()
        self._deliveries: dict[int, tuple[Settles, UUID]] = {}
        self._next_delivery = 0

    # -- the peer's performatives ---------------------------------------------------------------------------------

    def answer(self) -> Begin:
        """Our side of the session's beginning."""
        return Begin(self._channel, self._outgoing_id, WINDOW, WINDOW, HANDLE_MAX)

    def handle(self, performative: object, payload: bytes) -> None:
        """Acts on anything that belongs to a session. Raises ProtocolError, DecodeError."""
        match performative:
            case Attach() as attach:
                self._attach(attach)
            case Flow() as flow:
                self._flow(flow)
            case Transfer() as transfer:
                self._transfer(transfer, payload)
            case Disposition() as disposition:
                self._settle(disposition)
            case Detach() as detach:
                self._detach(detach)
            case other:
                raise ProtocolError(f"{type(other).__name__} does not belong in a session")

    def ended(self) -> None:
        """The session is over: so are its links."""
        links, self.links = self.links, {}
        for link in links.values():
            link.ended()

    # -- what links send ------------------------------------------------------------------------------------------

    def send(self, performative: object) -> None:
        self.peer.send(self._channel, performative)

    def send_flow(self, link: Flow | None = None) -> None:
        """The session's window, with the state of one link when it is given."""
        self._incoming_since_flow = 0
        self.send(
            (link or Flow())._replace(
                next_incoming_id=self._incoming_id,
                incoming_window=WINDOW,
                next_outgoing_id=self._outgoing_id,
                outgoing_window=WINDOW,
            )
        )

    def deliver(self, transfers: list[tuple[Transfer, bytes]], settles: Settles | None, token: UUID | None) -> None:
        """Sends one delivery, in as many transfers as its size needs, when the peer's window allows."""
        delivery_id = self._next_delivery
        self._next_delivery += 1
        if settles is not None and token is not None:
            self._deliveries[delivery_id] = (settles, token)
        first, payload = transfers[0]
        self._unsent.append((first._replace(delivery_id=delivery_id), payload))
        self._unsent.extend(transfers[1:])
        self._send_waiting()

    def detach(self, handle: int, reason: Error | None) -> None:
        """Ends a link from our side."""
        self.links.pop(handle, None)
        self.send(Detach(handle, closed=True, error=reason))

    def refuse(self, attach: Attach, refusal: BrokerError) -> None:
        """Answers an attach with an end that has no node, and detaches it with the reason."""
        handle = attach.handle or 0
        log.info("link refused", extra={"condition": refusal.condition, "reason": str(refusal)})
        self.send(Attach(attach.name, handle, not attach.role, source=None, target=None, initial_delivery_count=0))
        self.detach(handle, error(refusal.condition, str(refusal)))

    # -- inside ---------------------------------------------------------------------------------------------------

    def _attach(self, attach: Attach) -> None:
        try:
            self._open_link(self, attach)
        except BrokerError as refusal:
            self.refuse(attach, refusal)

    def _flow(self, flow: Flow) -> None:
        if flow.incoming_window is not None:
            expected = flow.next_incoming_id if flow.next_incoming_id is not None else 1
            self._outgoing_window = expected + flow.incoming_window - self._outgoing_id
            self._send_waiting()
        if flow.handle is not None and flow.handle in self.links:
            self.links[flow.handle].on_flow(flow)
        elif flow.echo:
            self.send_flow()

    def _transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._incoming_id += 1
        self._incoming_since_flow += 1
        link = self.links.get(transfer.handle or 0)
        if link is not None:
            link.on_transfer(transfer, payload)
        if self._incoming_since_flow >= WINDOW // 2:
            self.send_flow()

    def _settle(self, disposition: Disposition) -> None:
        if disposition.role != bool(LinkRole.RECEIVER):
            return
        first = disposition.first or 0
        for delivery_id in range(first, (first if disposition.last is None else disposition.last) + 1):
            settles, token = self._deliveries.pop(delivery_id, (None, None))
            if settles is None or token is None:
                continue
            state = settles.settle(token, disposition.state)
            if not disposition.settled:
                self.send(Disposition(bool(LinkRole.SENDER), delivery_id, delivery_id, settled=True, state=state))

    def _detach(self, detach: Detach) -> None:
        handle = detach.handle or 0
        link = self.links.pop(handle, None)
        if link is not None:
            link.ended()
            self.send(Detach(handle, closed=detach.closed))

    def _send_waiting(self) -> None:
        while self._unsent and self._outgoing_window > 0:
            transfer, payload = self._unsent.popleft()
            self._outgoing_id += 1
            self._outgoing_window -= 1
            self.peer.send(self._channel, transfer, payload)
