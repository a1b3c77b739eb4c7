"""A queue whose messages belong to sessions: each session is lent as a whole, in order, to one consumer at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from local.servicebus.core.errors import NotAllowed, SessionCannotBeLocked, SessionLockLost
from local.servicebus.core.lanes import SessionLane
from local.servicebus.core.model import Consumer, Context, Lock, QueueSettings, Record
from local.servicebus.core.queue import Queue
from local.servicebus.core.timers import Timer

Granted = Callable[[SessionLane | None], None]
"""Told which session was locked for it, or None when the wait was in vain."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A consumer that takes whichever session has a message next."""

    consumer: Consumer
    granted: Granted
    timer: Timer


class SessionQueue(Queue):
    """Plain receivers are refused; a session's lock stands for the locks of all its messages."""

    def __init__(self, path: str, settings: QueueSettings, context: Context) -> None:
        super().__init__(path, settings, context)
        self._lanes: dict[str, SessionLane] = {}
        self._waiting: list[Waiting] = []

    # -- locking a session ----------------------------------------------------------------------------------------

    def accept(self, consumer: Consumer, session_id: str) -> SessionLane:
        """Locks a session by its id, whether it has messages or not. Raises SessionCannotBeLocked."""
        lane = self._session(session_id)
        if lane.holder is not None:
            raise SessionCannotBeLocked(f"session {session_id} of {self.path} is locked by another receiver")
        lane.consumers.append(consumer)
        self._arm_session(lane)
        return lane

    def accept_next(self, consumer: Consumer, wait_ms: int, granted: Granted) -> None:
        """Locks the session with the oldest ready message, now or within ``wait_ms``."""
        free = [lane for lane in self._lanes.values() if lane.ready and lane.holder is None]
        if free:
            granted(self.accept(consumer, min(free, key=lambda lane: lane.ready[0]).session_id))
            return
        timer = self._context.timers.at(self._now_ms() + wait_ms, partial(self._give_up, consumer))
        self._waiting.append(Waiting(consumer, granted, timer))

    def attach(self, consumer: Consumer) -> None:
        raise NotAllowed(f"{self.path} requires sessions: it is not possible to create a plain receiver on it")

    def detach(self, consumer: Consumer) -> None:
        """Gives the consumer's session back; its messages return without a failed delivery counted."""
        self._take_waiting(consumer)
        lane = self._lane_held_by(consumer)
        if lane is not None:
            self._end_hold(lane, failed=False)

    def pump(self, consumer: Consumer) -> None:
        lane = self._lane_held_by(consumer)
        if lane is not None:
            self._pump(lane)

    # -- what a holder may do -------------------------------------------------------------------------------------

    def renew_session(self, session_id: str) -> int:
        """Gives the session's lock its full time again; returns when it ends (ms). Raises SessionLockLost."""
        lane = self._held_session(session_id)
        self._arm_session(lane)
        for token in lane.tokens:
            record = self._locked[token]
            if record.lock is not None:
                record.lock.until_ms = lane.until_ms
        return lane.until_ms

    def check_held(self, session_id: str) -> None:
        """Raises SessionLockLost unless somebody holds the session."""
        self._held_session(session_id)

    def session_state(self, session_id: str) -> bytes | None:
        return self._held_session(session_id).state

    def set_session_state(self, session_id: str, state: bytes | None) -> None:
        self._held_session(session_id).state = state
        self._context.journal.session_state(self.path, session_id, state)

    def session_ids(self) -> list[str]:
        """Sessions that have messages or state."""
        with_messages = {record.content.session_id for record in self._records.values()}
        with_state = {lane.session_id for lane in self._lanes.values() if lane.state is not None}
        return sorted(name for name in with_messages | with_state if name is not None)

    def restore_sessions(self, states: dict[str, bytes]) -> None:
        """After a restart nobody holds a session: states come back, open messages count as failed deliveries."""
        for session_id, state in states.items():
            self._session(session_id).state = state
        self.expire_locks()

    def expire_session_locks(self) -> int:
        """Ends the locks of all sessions as if their time were over; says how many there were."""
        held = [lane for lane in self._lanes.values() if lane.holder is not None]
        for lane in held:
            self._expire_session(lane)
        return len(held)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _lane_of(self, record: Record) -> SessionLane:
        return self._session(record.content.session_id or "")

    def _session(self, session_id: str) -> SessionLane:
        lane = self._lanes.get(session_id)
        if lane is None:
            lane = self._lanes[session_id] = SessionLane(session_id=session_id)
        return lane

    def _lane_held_by(self, consumer: Consumer) -> SessionLane | None:
        return next((lane for lane in self._lanes.values() if lane.holder is consumer), None)

    def _held_session(self, session_id: str) -> SessionLane:
        lane = self._lanes.get(session_id)
        if lane is None or lane.holder is None:
            raise _session_lost(session_id)
        return lane

    def _offer(self, record: Record) -> None:
        super()._offer(record)
        self._grant(self._lane_of(record))

    def _consumers(self) -> list[Consumer]:
        return [lane.holder for lane in self._lanes.values() if lane.holder is not None]

    def _grant(self, lane: SessionLane) -> None:
        """Gives a free session with a ready message to who waits longest."""
        if lane.ready and lane.holder is None and self._waiting:
            waiting = self._waiting.pop(0)
            waiting.timer.cancel()
            waiting.granted(self.accept(waiting.consumer, lane.session_id))

    def _give_up(self, consumer: Consumer) -> None:
        waiting = self._take_waiting(consumer)
        if waiting is not None:
            waiting.granted(None)

    def _take_waiting(self, consumer: Consumer) -> Waiting | None:
        for waiting in self._waiting:
            if waiting.consumer is consumer:
                waiting.timer.cancel()
                self._waiting.remove(waiting)
                return waiting
        return None

    def _arm_session(self, lane: SessionLane) -> None:
        lane.drop_timer()
        lane.until_ms = self._now_ms() + self.settings.lock_duration_ms
        lane.timer = self._context.timers.at(lane.until_ms, partial(self._expire_session, lane))

    def _expire_session(self, lane: SessionLane) -> None:
        holder = lane.holder
        self._end_hold(lane, failed=True)
        if holder is not None:
            holder.lost(
                SessionLockLost(f"The lock of session {lane.session_id} has expired. Accept the session again.")
            )

    def _end_hold(self, lane: SessionLane, *, failed: bool) -> None:
        lane.drop_timer()
        lane.consumers.clear()
        for token in sorted(lane.tokens, key=lambda token: self._locked[token].sequence):
            self._unlock(self._locked[token], failed=failed)
        if not lane.ready and lane.state is None and lane.holder is None:
            self._lanes.pop(lane.session_id, None)
        self._grant(lane)

    def _new_lock(self, record: Record, consumer: Consumer | None) -> Lock:
        lane = self._lane_of(record)
        lock = Lock(uuid4(), lane.until_ms, consumer)
        lane.tokens.add(lock.token)
        return lock

    def _forget_lock(self, record: Record) -> None:
        if record.lock is not None:
            self._lane_of(record).tokens.discard(record.lock.token)
        super()._forget_lock(record)


def _session_lost(session_id: str) -> SessionLockLost:
    return SessionLockLost(f"The lock of session {session_id} has expired. Accept the session again.")
