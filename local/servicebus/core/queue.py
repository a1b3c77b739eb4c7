"""A queue: takes messages in, keeps them in order, lends them out under locks, and lets them go."""

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID, uuid4

from local.servicebus.core.duplicates import DuplicateWindow
from local.servicebus.core.errors import EntityNotFound, LockLost, MessageNotFound, NotAllowed
from local.servicebus.core.lanes import Lane
from local.servicebus.core.model import (
    EXPIRED,
    MAX_DELIVERY_EXCEEDED,
    Consumer,
    Content,
    Context,
    Counts,
    DeadLetterReason,
    Lock,
    MessageState,
    QueueSettings,
    Record,
)

Forward = Callable[[Record], None]


class Queue:
    """A queue, a subscription or a dead-letter queue. ``forward``, when set, takes every message that becomes active;
    ``bury`` takes the dead ones (None in a dead-letter queue, where nothing dies)."""

    def __init__(self, path: str, settings: QueueSettings, context: Context) -> None:
        self.path = path
        self.settings = settings
        self.forward: Forward | None = None
        self.bury: Forward | None = None
        self._context = context
        self._records: dict[int, Record] = {}
        self._locked: dict[UUID, Record] = {}
        self._lane = Lane()
        self._duplicates = DuplicateWindow(path, settings.duplicate_window_ms, context)
        self._next_sequence = 1

    # -- taking in ------------------------------------------------------------------------------------------------

    def send(self, content: Content) -> int:
        """Takes a message in and gives its sequence number; a duplicate gets one too and is dropped.

        Raises NotAllowed as ``check`` does.
        """
        self.check(content)
        sequence = self._new_sequence()
        if not self._duplicates.seen(content.message_id):
            self._admit(self._record(content, sequence))
        return sequence

    def check(self, content: Content) -> None:
        """Raises NotAllowed when sessions are required and the message names none."""
        if self.settings.requires_session and content.session_id is None:
            raise NotAllowed(f"{self.path} requires sessions: the message has no session id")

    def receive_forwarded(self, record: Record, source: str | None = None) -> None:
        """Takes a message that another entity hands on: its enqueued sequence number and its reason stay with it."""
        if self._duplicates.seen(record.content.message_id):
            return
        forwarded = self._record(record.content, self._new_sequence())
        forwarded.enqueue_sequence = record.enqueue_sequence
        forwarded.dead_letter = record.dead_letter
        forwarded.source = source or record.source
        self._admit(forwarded)

    def cancel(self, sequences: Iterable[int]) -> None:
        """Drops scheduled messages. Raises MessageNotFound, and drops none, when one is not scheduled (any more)."""
        for record in [self._find(sequence, MessageState.SCHEDULED) for sequence in sequences]:
            self._remove(record)

    def _record(self, content: Content, sequence: int) -> Record:
        return Record(content, sequence, self._now_ms(), enqueue_sequence=sequence)

    def _admit(self, record: Record) -> None:
        due_ms = record.content.scheduled_ms
        if due_ms is None or due_ms <= self._now_ms():
            self._arrive(record)
            return
        record.state = MessageState.SCHEDULED
        self._context.journal.insert(self.path, record)
        self._keep(record)

    def _activate(self, record: Record) -> None:
        """The time of a scheduled message has come: it arrives with a sequence number of its own."""
        self._remove(record)
        record.state = MessageState.ACTIVE
        record.sequence = self._new_sequence()
        self._arrive(record)

    def _arrive(self, record: Record) -> None:
        if self.forward is not None:
            self.forward(record)
            return
        record.enqueued_ms = self._now_ms()
        lives_ms = [ttl_ms for ttl_ms in (record.content.ttl_ms, self.settings.ttl_ms) if ttl_ms is not None]
        record.expires_ms = record.enqueued_ms + min(lives_ms) if lives_ms and self.bury is not None else None
        self._context.journal.insert(self.path, record)
        self._keep(record)

    def _keep(self, record: Record) -> None:
        """Takes a record into memory, with its timer, and offers it when it is ready."""
        self._records[record.sequence] = record
        if record.state is MessageState.SCHEDULED:
            due_ms = record.content.scheduled_ms or 0
            record.timer = self._context.timers.at(due_ms, partial(self._activate, record))
        elif record.expires_ms is not None:
            record.timer = self._context.timers.at(record.expires_ms, partial(self._expire, record))
        if record.state is MessageState.ACTIVE and record.lock is None:
            self._offer(record)

    # -- handing out ----------------------------------------------------------------------------------------------

    def attach(self, consumer: Consumer) -> None:
        """Adds a consumer; it is given messages in turn with the others as long as it wants them."""
        self._lane.consumers.append(consumer)
        self.pump(consumer)

    def detach(self, consumer: Consumer) -> None:
        """Takes a consumer away; what it holds stays locked until the locks expire."""
        self._lane.leave(consumer)

    def drop_locks(self, consumer: Consumer) -> None:
        """Gives back at once, as failed deliveries, what a consumer holds."""
        for record in [record for record in self._locked.values() if record.lock and record.lock.consumer is consumer]:
            self._unlock(record, failed=True)

    def pump(self, _: Consumer) -> None:
        """Called when a consumer wants more."""
        self._pump(self._lane)

    def receive_deferred(self, sequences: Iterable[int], *, peek_lock: bool) -> list[Record]:
        """Takes deferred messages by number. Raises MessageNotFound, and then takes none."""
        records = [self._find(sequence, MessageState.DEFERRED) for sequence in sequences]
        if any(record.lock for record in records):
            raise MessageNotFound("a message of the list is locked")
        for record in records:
            if peek_lock:
                self._lock(record, None)
            else:
                self._remove(record)
        return records

    def peek(self, first: int, limit: int, session_id: str | None = None) -> list[Record]:
        """Up to ``limit`` messages from sequence number ``first`` on, in every state, locked or not."""
        found: list[Record] = []
        for sequence, record in self._records.items():
            if sequence >= first and session_id in (None, record.content.session_id):
                found.append(record)
                if len(found) == limit:
                    break
        return found

    def _consumers(self) -> list[Consumer]:
        return list(self._lane.consumers)

    def _lane_of(self, record: Record) -> Lane:
        return self._lane

    def _offer(self, record: Record) -> None:
        lane = self._lane_of(record)
        lane.push(record.sequence)
        self._pump(lane)

    def _pump(self, lane: Lane) -> None:
        while lane.ready:
            record = self._records.get(lane.ready[0])
            if record is None or record.lock is not None or record.state is not MessageState.ACTIVE:
                lane.pop()
                continue
            consumer = lane.next_consumer()
            if consumer is None:
                return
            lane.pop()
            self._give(record, consumer)

    def _give(self, record: Record, consumer: Consumer) -> None:
        if consumer.peek_lock:
            self._lock(record, consumer)
        else:
            self._remove(record)
        consumer.take(record)

    # -- locks ----------------------------------------------------------------------------------------------------

    def complete(self, token: UUID) -> None:
        """The work is done: the message goes. This and the following raise LockLost when the lock is not held."""
        self._remove(self._held(token))

    def abandon(self, token: UUID) -> None:
        """The work failed: the message is ready again, with one delivery more counted."""
        self._unlock(self._held(token), failed=True)

    def release(self, token: UUID) -> None:
        """The message was not handled: it is ready again as if it had never left."""
        self._unlock(self._held(token), failed=False)

    def defer(self, token: UUID) -> None:
        """From now on the message is only given to who asks for its sequence number."""
        record = self._held(token)
        record.state = MessageState.DEFERRED
        self._unlock(record, failed=False)

    def dead_letter(self, token: UUID, reason: str | None, description: str | None) -> None:
        self._bury(self._held(token), reason, description)

    def renew(self, token: UUID) -> int:
        """Gives the lock its full time again; returns when it ends (ms)."""
        record, until_ms = self._held(token), self._now_ms() + self.settings.lock_duration_ms
        if record.lock is not None:
            self._arm(record, record.lock, until_ms)
        self._context.journal.update(self.path, record)
        return until_ms

    def expire_lock(self, token: UUID) -> None:
        """Ends a lock as if its time were over."""
        self._unlock(self._held(token), failed=True)

    def expire_locks(self) -> int:
        """Ends all locks of the queue; says how many there were."""
        tokens = list(self._locked)
        for token in tokens:
            if token in self._locked:
                self.expire_lock(token)
        return len(tokens)

    def _held(self, token: UUID) -> Record:
        record = self._locked.get(token)
        if record is None:
            raise LockLost(
                "The lock supplied is invalid. Either the lock expired, or the message has already been removed from "
                "the queue, or was received by a different receiver instance."
            )
        return record

    def _lock(self, record: Record, consumer: Consumer | None) -> None:
        record.lock = self._new_lock(record, consumer)
        self._locked[record.lock.token] = record
        self._context.journal.update(self.path, record)

    def _new_lock(self, record: Record, consumer: Consumer | None) -> Lock:
        lock = Lock(uuid4(), 0, consumer)
        self._arm(record, lock, self._now_ms() + self.settings.lock_duration_ms)
        return lock

    def _arm(self, record: Record, lock: Lock, until_ms: int) -> None:
        if lock.timer is not None:
            lock.timer.cancel()
        lock.until_ms = until_ms
        lock.timer = self._context.timers.at(until_ms, partial(self._unlock, record, failed=True))

    def _forget_lock(self, record: Record) -> None:
        if record.lock is None:
            return
        del self._locked[record.lock.token]
        if record.lock.timer is not None:
            record.lock.timer.cancel()
        record.lock = None

    def _unlock(self, record: Record, *, failed: bool) -> None:
        self._forget_lock(record)
        record.delivery_count += failed
        limit = self.settings.max_delivery_count
        if failed and limit is not None and record.delivery_count >= limit:
            text = f"Message could not be consumed after {limit} delivery attempts."
            self._bury(record, MAX_DELIVERY_EXCEEDED, text)
        elif record.expires_ms is not None and record.expires_ms <= self._now_ms():
            self._expire(record)
        else:
            self._context.journal.update(self.path, record)
            if record.state is MessageState.ACTIVE:
                self._offer(record)

    # -- letting go -----------------------------------------------------------------------------------------------

    def _expire(self, record: Record) -> None:
        """The message's time to live is over; a locked one lives until its lock ends."""
        if record.lock is not None:
            return
        if self.settings.dead_letter_on_expiry:
            self._bury(record, EXPIRED, "The message expired and was dead lettered.")
        else:
            self._remove(record)

    def _bury(self, record: Record, reason: str | None, description: str | None) -> None:
        self._remove(record)
        if self.bury is None:  # dead-lettering in a dead-letter queue: the message arrives there again
            record.dead_letter = DeadLetterReason(reason, description)
            self.receive_forwarded(record)
            return
        record.dead_letter = DeadLetterReason(reason, description)
        self.bury(record)

    def _remove(self, record: Record) -> None:
        self._forget_lock(record)
        record.drop_timer()
        del self._records[record.sequence]
        self._context.journal.delete(self.path, record.sequence)

    def close(self) -> None:
        """The entity is deleted: consumers are told, and nothing in it will happen any more."""
        for consumer in self._consumers():
            consumer.lost(EntityNotFound(f"The messaging entity '{self.path}' was deleted."))
        for record in [*self._records.values()]:
            self._remove(record)

    # -- looking --------------------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """How many messages are in each state; the dead ones are counted by their own queue."""
        states = [record.state for record in self._records.values()]
        return Counts(
            active=states.count(MessageState.ACTIVE),
            dead_letter=0,
            scheduled=states.count(MessageState.SCHEDULED),
            deferred=states.count(MessageState.DEFERRED),
        )

    def restore(self, next_sequence: int, records: Iterable[Record], duplicates: dict[str, int]) -> None:
        """Takes back what was kept before a restart; locks go on until they expire."""
        self._next_sequence = next_sequence
        self._duplicates.restore(duplicates)
        for record in records:
            if record.lock is not None:
                self._locked[record.lock.token] = record
                self._arm(record, record.lock, record.lock.until_ms)
            self._keep(record)

    def _find(self, sequence: int, state: MessageState) -> Record:
        record = self._records.get(sequence)
        if record is None or record.state is not state:
            raise MessageNotFound(f"there is no {state.name.lower()} message with the sequence number {sequence}")
        return record

    def _new_sequence(self) -> int:
        sequence = self._next_sequence
        self._next_sequence += 1
        self._context.journal.next_sequence(self.path, self._next_sequence)
        return sequence

    def _now_ms(self) -> int:
        return self._context.clock.now_ms()
