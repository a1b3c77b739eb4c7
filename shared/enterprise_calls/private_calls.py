"""Calls that are not work (any more) leave no trace (H3): their activity goes, and what was noted of them."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.callbacks.attempts import CallbackAttempts
from shared.calls.activities import CallActivities
from shared.calls.activity_mapping import answered_requests
from shared.calls.model import ActivityStage, CallMemory
from shared.calls.store import CallStore
from shared.settings.model import CallSync, Reclassified


@dataclass(eq=False, repr=False)
class PrivateCalls:
    activities: CallActivities
    attempts: CallbackAttempts
    store: CallStore

    async def forget(self, record: CallMemory, settings: CallSync, rows_at: datetime) -> None:
        """Not work (any more): what had been made of it goes, and nothing is noted of one that never was (H3)."""
        progress = record.progress
        if progress.may_have_activity:
            # Noted first: an activity that is gone after a crash must not be taken for one that a person has deleted.
            if progress.stage is not ActivityStage.REMOVED:
                progress = await self.store.save(record.call_id, replace(progress, stage=ActivityStage.REMOVED))
            blank = settings.reclassified is Reclassified.BLANK
            if blank:
                await self.activities.blank(record.call_id, record.progress)
            else:
                await self.activities.remove(record.call_id)
            for request in answered_requests(progress):
                await self.attempts.take_back(request, record.call_id)
        if progress.etag or record.phones or record.events:
            await self.store.forget(record.call_id, replace(progress, rows_at=rows_at))
