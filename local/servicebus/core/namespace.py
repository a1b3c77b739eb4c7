"""All entities of a broker by their address, and the ways between them: dead letters, forwarding, topics."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from json import dumps, loads

from local.servicebus.core.config import NamespaceConfig, SubscriptionConfig
from local.servicebus.core.errors import BrokerError, EntityNotFound, NotAllowed
from local.servicebus.core.filters import Properties
from local.servicebus.core.model import Context, Counts, DeadLetterReason, QueueSettings, Record
from local.servicebus.core.queue import Queue
from local.servicebus.core.session_queue import SessionQueue
from local.servicebus.core.store import BrokerStore

DEAD_LETTERS = "/$deadletterqueue"
TRANSFER_DEAD_LETTERS = "/$transfer/$deadletterqueue"
MAX_HOPS = 4

ReadProperties = Callable[[bytes], Properties]
"""Tells what filters see of a message, from its payload."""


class EntityExists(BrokerError):
    """There is an entity of that name."""

    condition = "com.microsoft:entity-already-exists"
    status = 409


class Namespace:
    """Entities are addressed without regard to case: ``queue``, ``topic``, ``topic/Subscriptions/name``, and
    ``.../$DeadLetterQueue`` of what can be received from."""

    def __init__(self, config: NamespaceConfig, store: BrokerStore, context: Context, read: ReadProperties) -> None:
        self._store = store
        self._context = context
        self._read_properties = read
        self._senders: dict[str, Queue] = {}
        self._receivers: dict[str, Queue] = {}
        self._queue_names: dict[str, str] = {}
        created = {name: QueueSettings(**loads(text)) for name, text in store.created_queues().items()}
        for name, settings in {**created, **config.queues}.items():
            self._add_queue(name, settings)
        for name, topic in config.topics.items():
            self._add_topic(name, topic.settings, topic.subscriptions.items())
        for queue in [*self._receivers.values()]:
            self._check_forwarding(queue)
        self._restore()

    # -- finding --------------------------------------------------------------------------------------------------

    def sendable(self, address: str) -> Queue:
        """Where messages sent to ``address`` go in. Raises EntityNotFound, NotAllowed."""
        path = address.lower()
        if path in self._senders:
            return self._senders[path]
        if path in self._receivers:
            raise NotAllowed(f"messages cannot be sent to {address}")
        raise EntityNotFound(f"The messaging entity '{address}' could not be found.")

    def receivable(self, address: str) -> Queue:
        """What messages are received from under ``address``. Raises EntityNotFound, NotAllowed."""
        path = address.lower().replace(TRANSFER_DEAD_LETTERS, DEAD_LETTERS)
        if path in self._receivers:
            return self._receivers[path]
        if path in self._senders:
            raise NotAllowed(f"{address} is a topic: messages are received from its subscriptions")
        raise EntityNotFound(f"The messaging entity '{address}' could not be found.")

    def managed(self, address: str) -> Queue:
        """The entity that management requests for ``address`` concern. Raises EntityNotFound."""
        path = address.lower()
        return self._senders[path] if path in self._senders else self.receivable(address)

    def queue_names(self) -> list[str]:
        """Names of the queues, as they were given."""
        return sorted(self._queue_names.values())

    def queue(self, name: str) -> Queue:
        """A queue by name; topics and subscriptions are not found."""
        if name.lower() not in self._queue_names:
            raise EntityNotFound(f"The messaging entity '{name}' could not be found.")
        return self._senders[name.lower()]

    def counts(self, address: str) -> Counts:
        """Messages of a queue or subscription, its dead letters counted in."""
        queue = self.receivable(address)
        dead = self._receivers.get(queue.path + DEAD_LETTERS)
        return replace(queue.counts(), dead_letter=dead.counts().total if dead else 0)

    # -- queues at run time ---------------------------------------------------------------------------------------

    def create_queue(self, name: str, settings: QueueSettings) -> Queue:
        """A queue that was not configured; it is kept over restarts. Raises EntityExists, EntityNotFound."""
        if name.lower() in self._senders:
            raise EntityExists(f"an entity named {name} already exists")
        queue = self._add_queue(name, settings)
        try:
            self._check_forwarding(queue)
        except BrokerError:
            self._drop(name)
            raise
        self._store.keep_queue(name, dumps(asdict(settings)))
        return queue

    def delete_queue(self, name: str) -> None:
        """Drops a queue with all its messages. Raises EntityNotFound, NotAllowed while others forward to it."""
        path = self.queue(name).path
        given_name = self._queue_names[path]
        for other in self._receivers.values():
            if path in _targets(other.settings):
                raise NotAllowed(f"{other.path} forwards to {name}")
        self._drop(name)
        self._store.drop_queue(given_name, [path, path + DEAD_LETTERS])

    def _drop(self, name: str) -> None:
        path = name.lower()
        del self._queue_names[path], self._senders[path]
        for gone in (self._receivers.pop(path), self._receivers.pop(path + DEAD_LETTERS)):
            gone.close()

    # -- building -------------------------------------------------------------------------------------------------

    def _add_queue(self, name: str, settings: QueueSettings) -> Queue:
        queue = self._add_receivable(name.lower(), settings)
        self._senders[queue.path] = queue
        self._queue_names[queue.path] = name
        return queue

    def _add_topic(
        self, name: str, settings: QueueSettings, subscriptions: Iterable[tuple[str, SubscriptionConfig]]
    ) -> None:
        topic = self._senders[name.lower()] = Queue(name.lower(), settings, self._context)
        members = []
        for subscription_name, subscription in subscriptions:
            path = f"{topic.path}/subscriptions/{subscription_name.lower()}"
            lives_ms = [ttl_ms for ttl_ms in (settings.ttl_ms, subscription.settings.ttl_ms) if ttl_ms is not None]
            own = replace(subscription.settings, ttl_ms=min(lives_ms, default=None))
            members.append((subscription, self._add_receivable(path, own)))
        topic.forward = partial(self._publish, members)

    def _add_receivable(self, path: str, settings: QueueSettings) -> Queue:
        kind = SessionQueue if settings.requires_session else Queue
        queue = self._receivers[path] = kind(path, settings, self._context)
        dead_settings = QueueSettings(lock_duration_ms=settings.lock_duration_ms, max_delivery_count=None)
        dead = self._receivers[path + DEAD_LETTERS] = Queue(path + DEAD_LETTERS, dead_settings, self._context)
        queue.bury = dead.receive_forwarded
        if settings.forward_to is not None:
            queue.forward = partial(self._hand_on, settings.forward_to, queue, None)
        if settings.forward_dead_letters_to is not None:
            dead.forward = partial(self._hand_on, settings.forward_dead_letters_to, dead, queue.path)
        return queue

    # -- ways between entities ------------------------------------------------------------------------------------

    def _publish(self, members: list[tuple[SubscriptionConfig, Queue]], record: Record) -> None:
        properties = self._read_properties(record.content.payload)
        for subscription, queue in members:
            if any(rule.matches(properties) for rule in subscription.filters):
                queue.receive_forwarded(record)

    def _hand_on(self, target: str, origin: Queue, source: str | None, record: Record) -> None:
        queue = self.sendable(target)
        if queue.settings.requires_session and record.content.session_id is None and origin.bury is not None:
            record.dead_letter = DeadLetterReason("SessionIdIsMissing", f"{target} requires sessions")
            origin.bury(record)
            return
        queue.receive_forwarded(record, source)

    def _check_forwarding(self, queue: Queue) -> None:
        """Every target must exist, and no way may be longer than four hops (so none is a circle)."""
        for target in _targets(queue.settings):
            self._walk(target, 1)

    def _walk(self, target: str, hops: int) -> None:
        if hops > MAX_HOPS:
            raise NotAllowed(f"messages would be forwarded more than {MAX_HOPS} times on their way to {target}")
        for further in _targets(self.sendable(target).settings):
            self._walk(further, hops + 1)

    def _restore(self) -> None:
        kept = self._store.kept()
        queues = {queue.path: queue for queue in (*self._senders.values(), *self._receivers.values())}
        for path, queue in queues.items():
            if path in kept:
                queue.restore(kept[path].next_sequence, kept[path].records, kept[path].duplicates)
        for path, queue in queues.items():
            if isinstance(queue, SessionQueue):
                queue.restore_sessions(kept[path].session_states if path in kept else {})


def _targets(settings: QueueSettings) -> list[str]:
    return [target.lower() for target in (settings.forward_to, settings.forward_dead_letters_to) if target]
