"""Turns effects into notices and hands them to whoever listens: webhooks (kept until delivered) and streams."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.errors import VoiceError
from voicecloud.notices.model import Notice
from voicecloud.notices.rules import notices
from voicecloud.organisation.service import Directory
from voicecloud.routing.effects import Effect, Note, PoolChanged, UserChanged
from voicecloud.vocabulary.calls import CallEvent, CallHistory
from voicecloud.webhooks.model import WebhookEvent
from voicecloud.webhooks.service import Webhooks

Listener = Callable[[Notice], None]

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Notices:
    """Performs ``Note``, ``UserChanged`` and ``PoolChanged``."""

    directory: Directory
    webhooks: Webhooks
    live: Callable[[str], CallHistory | None]
    _listeners: list[Listener] = field(default_factory=list, init=False)
    _waiting: deque[WebhookEvent] = field(default_factory=deque, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def listen(self, listener: Listener) -> None:
        """``listener`` gets every notice at once, within the event loop."""
        self._listeners.append(listener)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Note):
            self._note(effect)
        elif isinstance(effect, UserChanged):
            self.tell(Notice("UserStatus", "User", effect.user_id, lasting=False))
        elif isinstance(effect, PoolChanged):
            self.tell(Notice("QueueStatus", "Queue", effect.pool_id, lasting=False))

    def cut(self, history: CallHistory, events: Sequence[CallEvent]) -> None:
        """The end of a call that an earlier run has left."""
        for event in events:
            for notice in notices(history, event, history.events[0].user_id):
                self.tell(notice)

    def processed(self, call_id: str) -> None:
        """The rows of a call can be read."""
        self.tell(Notice("CallProcessed", "Call", call_id, {"CallId": call_id}))

    def tell(self, notice: Notice) -> None:
        for listener in self._listeners:
            listener(notice)
        if notice.lasting:
            event = self.webhooks.event(notice.name, notice.entity_type, notice.entity_id, self._named(notice))
            if self.webhooks.wanted(event):
                self._waiting.append(event)
                self._changed.set()

    async def run(self) -> None:
        """Hands lasting notices to the webhooks, in order, until cancelled."""
        while True:
            while self._waiting:
                try:
                    await self.webhooks.publish(self._waiting[0])
                except VoiceError as error:
                    log.warning("notice not stored yet", extra={"code": error.code, "waiting": len(self._waiting)})
                    await asyncio.sleep(1)
                    continue
                self._waiting.popleft()
            self._changed.clear()
            await self._changed.wait()

    def _note(self, effect: Note) -> None:
        event = effect.event
        history = self.live(event.call_id)
        if history:
            for notice in notices(history, event, history.events[0].user_id):
                self.tell(notice)

    def _named(self, notice: Notice) -> dict[str, object]:
        """The fields with the names of queue and user beside their ids."""
        fields = dict(notice.fields)
        queue = self.directory.queues.get(str(fields.get("QueueId")))
        user = self.directory.users.get(str(fields.get("UserId")))
        if queue:
            fields |= {"QueueName": queue.name, "QueueNumber": queue.numbers[0] if queue.numbers else None}
        if user:
            fields["Username"] = user.user_name
        return fields
