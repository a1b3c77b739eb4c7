"""Which node a new link leads to: tokens, management, or an entity to send to or receive from."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from local.servicebus.amqp.performatives import Attach
from local.servicebus.amqp.types import Described, Symbol
from local.servicebus.core.errors import NotAllowed, NotAuthorised, TimedOut
from local.servicebus.core.lanes import SessionLane
from local.servicebus.core.session_queue import SessionQueue
from local.servicebus.server import cbs, management
from local.servicebus.server.inlet import EntityInlet
from local.servicebus.server.nodes import Node, Replies, RequestInlet
from local.servicebus.server.outlet import EntityOutlet
from local.servicebus.server.session import Session

SESSION_FILTER = Symbol("com.microsoft:session-filter")
LOCKED_UNTIL = Symbol("com.microsoft:locked-until-utc")
WAIT_PROPERTY = "com.microsoft:timeout"
DEFAULT_SESSION_WAIT_MS = 60_000
TICKS_PER_MS = 10_000
TICKS_AT_EPOCH = 621_355_968_000_000_000


@dataclass(eq=False, repr=False)
class Routes:
    """The links of one connection: a request and its reply may be in two of its sessions."""

    replies: Replies = field(default_factory=Replies)

    def open_link(self, session: Session, attach: Attach) -> None:
        """Opens the link that ``attach`` asks for. Raises BrokerError when it is refused."""
        terminus = attach.source if attach.role else attach.target
        if terminus is None or terminus.address is None:
            raise NotAllowed("a link needs an address")
        path = entity_path(terminus.address)
        if not session.peer.authorised and path.lower() != cbs.ADDRESS:
            raise NotAuthorised(f"no good token was put for {path}")
        if _is_node(path):
            self._open_node(session, attach, path)
        elif attach.role:
            _open_receiver(session, attach, path)
        else:
            inlet = EntityInlet(session, attach, session.engine.namespace, path)
            session.links[attach.handle or 0] = inlet

    def _open_node(self, session: Session, attach: Attach, path: str) -> None:
        node = _node(session, path)
        handle, key = attach.handle or 0, path.lower()
        if attach.role:
            session.links[handle] = self.replies.open(session, attach, key)
        else:
            session.links[handle] = RequestInlet(session, attach, key, node, self.replies)


def entity_path(address: str) -> str:
    """``amqps://host:5672/queue`` or ``/queue`` to ``queue``."""
    return (urlsplit(address).path if "://" in address else address).strip("/")


def _is_node(path: str) -> bool:
    return path.lower() == cbs.ADDRESS or path.lower().endswith(management.SUFFIX)


def _node(session: Session, path: str) -> Node:
    if path.lower() == cbs.ADDRESS:
        return cbs.cbs_node(session)
    namespace, entity = session.engine.namespace, path[: -len(management.SUFFIX)]
    namespace.managed(entity)
    return management.management_node(lambda: namespace.managed(entity))


def _open_receiver(session: Session, attach: Attach, path: str) -> None:
    queue = session.engine.namespace.receivable(path)
    filters: dict[Any, Any] = attach.source.filter or {}
    outlet = EntityOutlet(session, attach, queue)
    if SESSION_FILTER in filters:
        if not isinstance(queue, SessionQueue):
            raise NotAllowed(f"{path} does not support sessions: a session receiver cannot be created on it")
        _open_session_receiver(session, attach, queue, outlet)
        return
    if isinstance(queue, SessionQueue):
        raise NotAllowed(f"{path} requires sessions: a receiver without a session cannot be created on it")
    outlet.begin()
    queue.attach(outlet)


def _open_session_receiver(session: Session, attach: Attach, queue: SessionQueue, outlet: EntityOutlet) -> None:
    wanted: Any = attach.source.filter[SESSION_FILTER]
    session_id: Any = wanted.value if isinstance(wanted, Described) else wanted

    def granted(lane: SessionLane | None) -> None:
        if lane is None:
            session.refuse(attach, TimedOut(f"no session of {queue.path} had a message in the time given"))
            return
        locked_until = lane.until_ms * TICKS_PER_MS + TICKS_AT_EPOCH
        filled = {**attach.source.filter, SESSION_FILTER: _like(wanted, lane.session_id)}
        outlet.begin(source=attach.source._replace(filter=filled), properties={LOCKED_UNTIL: locked_until})

    if session_id is not None:
        granted(queue.accept(outlet, session_id))
        return
    session.links[attach.handle or 0] = outlet
    wait_ms = (attach.properties or {}).get(WAIT_PROPERTY, DEFAULT_SESSION_WAIT_MS)
    queue.accept_next(outlet, wait_ms, granted)


def _like(wanted: object, session_id: str) -> object:
    """The session's name, described as the client described its wish."""
    return Described(wanted.descriptor, session_id) if isinstance(wanted, Described) else session_id
