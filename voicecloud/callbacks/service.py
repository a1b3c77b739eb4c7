"""Leaving, listing, changing and closing callbacks; every change is sent to the webhooks."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from shared.clock import Clock
from shared.errors import Conflict, InvalidInput, Missing
from shared.numbers import from_network, mask
from shared.storage.races import win
from voicecloud.callbacks.model import MAX_NOTE, MAX_NUMBER, CallbackRequest, CallbackState, NewCallback, Search
from voicecloud.callbacks.store import CallbackRequestStore
from voicecloud.ids import Ids
from voicecloud.notices.model import Notice
from voicecloud.organisation.service import Directory
from voicecloud.webhooks.model import WebhookEvent
from voicecloud.webhooks.service import Webhooks

Change = Callable[[CallbackRequest], CallbackRequest | None]

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class CallbackLists:
    """The callback lists of the organisation."""

    store: CallbackRequestStore
    directory: Directory
    webhooks: Webhooks
    ids: Ids
    clock: Clock
    _listeners: list[Callable[[Notice], None]] = field(default_factory=list, init=False)

    def listen(self, listener: Callable[[Notice], None]) -> None:
        """``listener`` is notified of every change that is safe in storage."""
        self._listeners.append(listener)

    async def recover(self) -> None:
        """Hands over the events that a crash has left between a change and the webhooks."""
        for event in await self.store.events():
            await self._hand_over(event)

    async def create(self, new: NewCallback) -> CallbackRequest:
        """Raises Missing ``callback-list-unknown``, InvalidInput ``callback-too-long``."""
        self.directory.callback_list(new.list_id)
        if len(new.caller_number) > MAX_NUMBER or len(new.note) > MAX_NOTE:
            raise InvalidInput("callback-too-long", f"a number has at most {MAX_NUMBER} characters, a note {MAX_NOTE}")
        now = self.clock()
        callback = CallbackRequest(
            id=self.ids.new(),
            list_id=new.list_id,
            caller_number=from_network(new.caller_number, self.directory.organisation.region),
            created_at=now,
            modified_at=now,
            reason=new.reason,
            note=new.note,
            queue_id=new.queue_id,
            queue_name=new.queue_name,
            call_id=new.call_id,
        )
        event = self._event("CallbackCreated", callback)
        await self.store.add(callback, event)
        log.info("callback left", extra={"callback_id": callback.id, "caller": mask(callback.caller_number)})
        await self._hand_over(event)
        return callback

    async def get(self, callback_id: str) -> CallbackRequest:
        """Raises Missing ``callback-unknown``."""
        return (await self._read(callback_id))[0]

    async def search(self, search: Search) -> list[CallbackRequest]:
        """Raises Missing ``callback-list-unknown``."""
        self.directory.callback_list(search.list_id)
        return await self.store.search(search)

    async def note(self, callback_id: str, note: str) -> CallbackRequest:
        """Replaces the note. Raises Missing ``callback-unknown``, Conflict ``callback-closed``."""
        if len(note) > MAX_NOTE:
            raise InvalidInput("callback-too-long", f"a note has at most {MAX_NOTE} characters")

        def noted(callback: CallbackRequest) -> CallbackRequest:
            if callback.state is CallbackState.CLOSED:
                raise Conflict("callback-closed", "a closed callback is not changed any more")
            return replace(callback, note=note, modified_at=self.clock())

        return await self._change(callback_id, "CallbackUpdated", noted)

    async def close(self, callback_id: str, closed_by: str, note: str) -> CallbackRequest:
        """Closes a callback; one that is closed stays as it is. Raises Missing ``callback-unknown``."""

        def closed(callback: CallbackRequest) -> CallbackRequest | None:
            if callback.state is CallbackState.CLOSED:
                return None
            now = self.clock()
            return replace(callback, closed_at=now, modified_at=now, closed_by=closed_by, close_note=note[:MAX_NOTE])

        return await self._change(callback_id, "CallbackClosed", closed)

    async def _change(self, callback_id: str, event_type: str, change: Change) -> CallbackRequest:
        """Read, change, write; from the start when somebody else has written meanwhile. No change, no event."""

        async def changed() -> tuple[CallbackRequest, WebhookEvent | None]:
            before, etag = await self._read(callback_id)
            after = change(before)
            if after is None:
                return before, None
            event = self._event(event_type, after)
            await self.store.change(before, etag, after, event)
            return after, event

        callback, event = await win(changed)
        if event:
            await self._hand_over(event)
        return callback

    async def _read(self, callback_id: str) -> tuple[CallbackRequest, str]:
        found = await self.store.get(callback_id)
        if found is None:
            raise Missing("callback-unknown", "there is no such callback")
        return found

    async def _hand_over(self, event: WebhookEvent) -> None:
        await self.webhooks.publish(event)
        await self.store.forget(event)
        for listener in self._listeners:
            listener(Notice(event.type, event.entity_type, event.entity_id, event.fields))

    def _event(self, event_type: str, callback: CallbackRequest) -> WebhookEvent:
        fields = {
            "CallbackId": callback.id,
            "ListId": callback.list_id,
            "State": callback.state.value,
            "CallerNumber": callback.caller_number,
            "QueueId": callback.queue_id or None,
            "QueueName": callback.queue_name or None,
            "CallId": callback.call_id or None,
        }
        return self.webhooks.event(event_type, "CallList", callback.list_id, fields)
