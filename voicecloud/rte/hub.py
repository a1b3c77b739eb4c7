"""The hub: clients subscribe to events of users, queues and callback lists, and are notified when they happen."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.clock import to_iso
from shared.errors import InvalidInput
from voicecloud.notices.model import Notice
from voicecloud.organisation.model import User
from voicecloud.organisation.service import Directory
from voicecloud.rte.model import EVENT_NAMES, event_number
from voicecloud.rte.protocol import invocation
from voicecloud.rte.status import queue_status, user_status
from voicecloud.runtime.engine import Engine
from voicecloud.users.rights import acts_for, sees_list, sees_pool

QUEUE_LIMIT = 1_000
OF_COLLEAGUES = frozenset({"UserAvailability", "UserStatus"})
"""Events of a user that everybody may see; all others are about calls."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Client:
    """One connection. A client that does not read is cut off when ``QUEUE_LIMIT`` messages wait."""

    user: User
    subscriptions: set[tuple[str, str]] = field(default_factory=set)
    outgoing: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    def send(self, message: str) -> None:
        try:
            self.outgoing.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("a real-time client does not read", extra={"user_id": self.user.id})
            self.end()

    def end(self) -> None:
        """The connection is closed at once: what waits is not sent. The queue is the one that its writer waits for."""
        while not self.outgoing.empty():
            self.outgoing.get_nowait()
        self.outgoing.put_nowait(None)


@dataclass(eq=False, repr=False)
class Hub:
    """All connected clients."""

    directory: Directory
    engine: Engine
    _clients: set[Client] = field(default_factory=set, init=False)

    @cached_property
    def _methods(self) -> Mapping[str, Callable[[Client, Sequence[Any]], object]]:
        return {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "unsubscribeall": self._unsubscribe_all,
            "availablesubscriptions": self._available,
        }

    def connect(self, user: User) -> Client:
        client = Client(user)
        self._clients.add(client)
        return client

    def disconnect(self, client: Client) -> None:
        self._clients.discard(client)

    def cut_off(self, user_id: str) -> None:
        """Their token holds no more."""
        for client in self._clients:
            if client.user.id == user_id:
                client.end()

    def invoke(self, client: Client, target: str, arguments: Sequence[Any]) -> object:
        """Raises InvalidInput ``hub-method`` or ``hub-subscription``."""
        method = self._methods.get(target.lower())
        if method is None:
            raise InvalidInput("hub-method", "the hub has no such method")
        return method(client, arguments)

    def tell(self, notice: Notice) -> None:
        """Sends a notice to who has subscribed to it. Names are in camel case, as the original's."""
        if notice.name not in EVENT_NAMES:
            return
        pair = notice.entity_id, notice.name
        wanting = [one for one in self._clients if pair in one.subscriptions and self._may_see(one.user.id, *pair)]
        if wanting:
            message = invocation("MessageReceived", {"data": self._data(notice)})
            for client in wanting:
                client.send(message)

    def _data(self, notice: Notice) -> dict[str, Any]:
        status: Mapping[str, Any] = {}
        if notice.name == "QueueStatus":
            status = queue_status(self.engine, notice.entity_id)
        elif notice.name == "UserStatus":
            status = user_status(self.engine, notice.entity_id)
        return {
            "eventType": event_number(notice.name),
            "eventName": notice.name,
            "entityId": notice.entity_id,
            "entityType": notice.entity_type,
            "timestamp": to_iso(self.engine.now()),
            **{_camel(name): value for name, value in {**status, **notice.fields}.items()},
        }

    def _subscribe(self, client: Client, arguments: Sequence[Any]) -> object:
        wanted = [self._pair(client, one) for one in _list(arguments)]
        client.subscriptions.update(wanted)
        details = [{"EntityId": entity_id, "EventName": name} for entity_id, name in wanted]
        client.send(invocation("SubscribeDetails", details))
        return details

    def _unsubscribe(self, client: Client, arguments: Sequence[Any]) -> object:
        ended = [self._pair(client, one) for one in _list(arguments)]
        client.subscriptions.difference_update(ended)
        details = [{"EntityId": entity_id, "EventName": name} for entity_id, name in ended]
        client.send(invocation("UnsubscribeDetails", details))
        return details

    def _unsubscribe_all(self, client: Client, _: Sequence[Any]) -> object:
        count = len(client.subscriptions)
        client.subscriptions.clear()
        client.send(invocation("UnsubscribeAllDetails", {"Count": count}))
        return count

    def _available(self, client: Client, _: Sequence[Any]) -> object:
        client.send(invocation("AvailableSubscriptions", list(EVENT_NAMES)))
        return list(EVENT_NAMES)

    def _pair(self, client: Client, given: object) -> tuple[str, str]:
        if not isinstance(given, Mapping):
            raise InvalidInput("hub-subscription", "a subscription is {EntityId, EventName}")
        lower = {str(name).lower(): value for name, value in given.items()}
        entity_id, name = lower.get("entityid"), lower.get("eventname")
        if name not in EVENT_NAMES or not isinstance(entity_id, str):
            raise InvalidInput("hub-subscription", "a subscription names an EntityId and a known EventName")
        if not self._may_see(client.user.id, entity_id, name):
            raise InvalidInput("hub-subscription", "there is no such entity")
        return entity_id, name

    def _may_see(self, user_id: str, entity_id: str, name: str) -> bool:
        """Colleagues' availability is everybody's to see, their calls are their own; a pool's and its list's events
        are its members'. Asked at each event too: rights change while a client is connected."""
        user = self.directory.users.get(user_id)
        if user is None:
            return False
        if entity_id in self.directory.users:
            return name in OF_COLLEAGUES or acts_for(user, entity_id)
        if entity_id in self.directory.callback_lists:
            return sees_list(user, entity_id, self.engine.platform)
        return entity_id in self.directory.queues and sees_pool(user, entity_id, self.engine.platform)


def _list(arguments: Sequence[Any]) -> Sequence[Any]:
    if len(arguments) != 1 or not isinstance(arguments[0], list):
        raise InvalidInput("hub-subscription", "one list of subscriptions is needed")
    return arguments[0]


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]
