"""Decides the place of a callback among its caller's requests (K6): one of its own, or a repeat of one still open."""

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.callbacks.activities import CallbackActivities
from shared.callbacks.model import CallbackRecord, CallbackStage, OpenRequest
from shared.callbacks.store import CallbackStore
from shared.clock import Clock
from shared.enreach.model import Callback
from shared.errors import Unavailable
from shared.storage.races import win

PATIENCE = timedelta(minutes=10)
"""How long a repeat waits for the first request to reach Dynamics before it becomes a request of its own."""


@dataclass(eq=False, repr=False)
class CallbackRepeats:
    """Places are noted by compare-and-set: of two callbacks of one caller at once, one is first, the other repeats."""

    store: CallbackStore
    activities: CallbackActivities
    clock: Clock

    async def settle(self, caller: str, callback: Callback, *, link: bool) -> CallbackRecord:
        """The noted place: a repeat has been counted in Dynamics, a request of its own is still to be created.

        Raises Unavailable ``callback-first-pending`` while the request it repeats is on its way to Dynamics, and
        ``callback-contended`` when others keep winning the race.
        """
        return await win(
            lambda: self._settle(caller, callback, link=link),
            Unavailable("callback-contended", "a caller's requests are being changed by too many at once"),
        )

    async def _settle(self, caller: str, callback: Callback, *, link: bool) -> CallbackRecord:
        record = await self.store.callback(caller, callback.id) or await self._claim(caller, callback, link=link)
        if not record.repeat:
            return record
        opened = await self.store.open_request(caller)
        if opened and opened.activity_id != record.activity_id:
            record = await self.store.claim(caller, replace(record, activity_id=opened.activity_id))
        if await self._count(caller, callback, record, opened):
            return record
        own = replace(record, activity_id=self.activities.activity_id(callback.id), repeat=False)
        return await self.store.claim_open(caller, own, opened, self.clock())

    async def _claim(self, caller: str, callback: Callback, *, link: bool) -> CallbackRecord:
        own_id = self.activities.activity_id(callback.id)
        own = CallbackRecord(
            callback.id, own_id, repeat=False, stage=CallbackStage.CLAIMED, requested_at=callback.created_at
        )
        if not link:
            return await self.store.claim(caller, own)
        opened = await self.store.open_request(caller)
        if opened is None:
            return await self.store.claim_open(caller, own, None, self.clock())
        return await self.store.claim(caller, replace(own, activity_id=opened.activity_id, repeat=True))

    async def _count(self, caller: str, callback: Callback, record: CallbackRecord, opened: OpenRequest | None) -> bool:
        """Counts a repeat on the activity it repeats; False when that is not open in Dynamics (any more)."""
        if opened and not opened.recorded and self.clock() - opened.claimed_at < PATIENCE:
            raise Unavailable("callback-first-pending", "the request that this one repeats is not in Dynamics yet")
        return await self.activities.count(
            record.activity_id, callback, lambda: self.store.requests_on(caller, record.activity_id)
        )
