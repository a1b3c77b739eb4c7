"""Takes one callback from the voice cloud into Dynamics, then closes it at its source (F2-F4, K6).

The order is what makes it safe to be cut off anywhere: decide and note, record in Dynamics, note, close, note. Every
step can be repeated, and a repeated message goes on behind the last step that was noted.
"""

import logging
from dataclasses import replace

from shared.bus.events import CloudEvent
from shared.callbacks.activities import CallbackActivities
from shared.callbacks.inbox import CallbackInbox
from shared.callbacks.model import CLOSE_NOTE, CallbackOutcome, CallbackRecord, CallbackStage
from shared.callbacks.profiles import refusal
from shared.callbacks.repeats import CallbackRepeats
from shared.callbacks.store import CallbackStore, caller_key
from shared.clock import Clock
from shared.enreach.client import Enreach
from shared.enreach.model import Callback
from shared.errors import Conflict, InvalidInput, Missing, Unavailable
from shared.identity.model import Identification
from shared.identity.service import Identity
from shared.numbers import known
from shared.settings.model import CallbackProfile, SyncMethod
from shared.settings.service import Settings

log = logging.getLogger(__name__)


class Callbacks:
    """The handler of the ``callbacks`` queue."""

    def __init__(
        self,
        *,
        settings: Settings,
        enreach: Enreach,
        identity: Identity,
        activities: CallbackActivities,
        store: CallbackStore,
        inbox: CallbackInbox,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._enreach = enreach
        self._identity = identity
        self._activities = activities
        self._store = store
        self._repeats = CallbackRepeats(store, activities, clock)
        self._inbox = inbox
        self._clock = clock

    async def process(self, event: CloudEvent) -> CallbackOutcome:
        """Handles one ``voice.callback.requested``. Raises what stands in the way; the message is then tried again."""
        list_id, callback_id = event.data.get("list_id"), event.data.get("callback_id")
        if not (isinstance(list_id, str) and isinstance(callback_id, str)):
            raise InvalidInput("malformed-callback", "a callback event names a list_id and a callback_id")
        if event.data.get("webhook") is True and await self._is_polled_only(list_id):
            return CallbackOutcome.LEFT_TO_POLLING
        outcome = await self._handle(callback_id)
        await self._inbox.forget(list_id, callback_id)
        log.info("callback handled", extra={"callback_id": callback_id, "list_id": list_id, "outcome": outcome})
        return outcome

    async def _is_polled_only(self, list_id: str) -> bool:
        profile = await self._settings.callback_profile(list_id)
        return profile is not None and profile.method is SyncMethod.POLLING

    async def _profile(self, callback: Callback) -> CallbackProfile | None:
        """By the settings of this moment where those kept refuse it: polling may know a new profile already."""
        kept = await self._settings.callback_profile(callback.list_id)
        if refusal(callback, kept, self._clock()) is None:
            return kept
        self._settings.forget()
        return await self._settings.callback_profile(callback.list_id)

    async def _handle(self, callback_id: str) -> CallbackOutcome:
        try:
            callback = await self._enreach.callback(callback_id)
        except Missing:
            return CallbackOutcome.GONE
        identification = await self._identity.identify(callback.caller_number)
        number = identification.e164 or known(callback.caller_number, await self._settings.region())
        callback = replace(callback, caller_number=number)
        caller = caller_key(callback.list_id, callback.id, identification.e164)
        record = await self._store.callback(caller, callback.id)
        if record and record.stage is CallbackStage.CLOSED:
            return await self._closed_before(callback)
        if record is None and not callback.is_open:
            return CallbackOutcome.CLOSED_ELSEWHERE
        profile = await self._profile(callback)
        if record is None and (refused := refusal(callback, profile, self._clock())):
            return refused
        try:
            return await self._advance(callback, profile, identification, caller, record)
        except Conflict:
            raise Unavailable("callback-contended", "another instance is at the same callback") from None

    async def _closed_before(self, callback: Callback) -> CallbackOutcome:
        """The source counts, not our note: what is open there after all is closed again."""
        if not callback.is_open:
            return CallbackOutcome.FINISHED_BEFORE
        await self._enreach.close_callback(callback.id, CLOSE_NOTE)
        log.warning("a callback was open again at its source", extra={"callback_id": callback.id})
        return CallbackOutcome.CLOSED_AGAIN

    async def _advance(
        self,
        callback: Callback,
        profile: CallbackProfile | None,
        identification: Identification,
        caller: str,
        record: CallbackRecord | None,
    ) -> CallbackOutcome:
        if record is None or record.stage is CallbackStage.CLAIMED:
            if profile is None:
                return CallbackOutcome.NO_PROFILE
            link = profile.link_repeats and identification.e164 is not None
            record = await self._repeats.settle(caller, callback, link=link)
            if not record.repeat:
                customer = identification.only
                await self._activities.create(record.activity_id, callback, profile.queue_id, customer)
            record = await self._store.recorded(caller, record)
        await self._enreach.close_callback(callback.id, CLOSE_NOTE)
        await self._store.closed(caller, record)
        return CallbackOutcome.COUNTED if record.repeat else CallbackOutcome.CREATED
