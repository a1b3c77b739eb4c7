"""Claims-based security: tokens put to ``$cbs`` are checked and answered (OASIS AMQP CBS 1.0, working draft)."""

from local.servicebus.amqp.message import Message, value_body
from local.servicebus.amqp.types import Int
from local.servicebus.core.errors import NotAuthorised
from local.servicebus.server.nodes import Node
from local.servicebus.server.session import Session

ADDRESS = "$cbs"


def cbs_node(session: Session) -> Node:
    """A node that answers put-token with 202 and opens the connection, or with 401 when the token is no good."""

    def answer(request: Message) -> Message:
        try:
            session.engine.tokens.check(str(request.value()))
        except NotAuthorised as refusal:
            return _reply(refusal.status, str(refusal))
        session.peer.authorised = True
        return _reply(202, "Accepted")

    return answer


def _reply(status: int, description: str) -> Message:
    return Message(
        application_properties={"status-code": Int(status), "status-description": description},
        body=value_body(None),
    )
