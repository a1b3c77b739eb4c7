"""Request-response nodes: a request comes on one link of a connection, its reply leaves on the one paired with it."""

from collections.abc import Callable

from local.servicebus.amqp.message import Message, encode_message, parse_message
from local.servicebus.amqp.performatives import Attach
from local.servicebus.server.inlet import Inlet
from local.servicebus.server.outlet import ReplyOutlet
from local.servicebus.server.session import Session

Node = Callable[[Message], Message]
"""Answers one request."""


class Replies:
    """The reply links of one connection, by the node they belong to."""

    def __init__(self) -> None:
        self._outlets: dict[str, list[ReplyOutlet]] = {}

    def open(self, session: Session, attach: Attach, node: str) -> ReplyOutlet:
        """A new reply link of ``node``."""
        outlets = self._outlets.setdefault(node, [])
        outlet = ReplyOutlet(session, attach, outlets.remove)
        outlets.append(outlet)
        return outlet

    def find(self, node: str, reply_to: str | None) -> ReplyOutlet | None:
        """The link that the request names, else the latest of the node."""
        outlets = self._outlets.get(node, [])
        named = [outlet for outlet in outlets if reply_to is not None and outlet.address == reply_to]
        found = named or outlets
        return found[-1] if found else None


class RequestInlet(Inlet):
    """Where the requests to a node come in."""

    def __init__(self, session: Session, attach: Attach, path: str, node: Node, replies: Replies) -> None:
        super().__init__(session, attach, self._answer)
        self._path = path
        self._node = node
        self._replies = replies

    def _answer(self, _: int, octets: bytes) -> None:
        request = parse_message(octets)
        reply = self._node(request)
        reply.set_property("correlation_id", request.property("message_id"))
        outlet = self._replies.find(self._path, request.property("reply_to"))
        if outlet is not None:
            outlet.reply(encode_message(reply))
