"""Fetches open callbacks list by list and turns each into a message (F1): polling itself decides nothing else."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.callbacks.inbox import RESEND_AFTER, CallbackInbox
from shared.callbacks.model import QUEUE, REQUESTED
from shared.callbacks.open_callbacks import open_callbacks
from shared.callbacks.polls import Polls
from shared.clock import Clock, to_iso
from shared.enreach.client import Enreach
from shared.enreach.model import Callback
from shared.errors import VoiceError
from shared.settings.model import CallbackProfile
from shared.settings.service import Settings

log = logging.getLogger(__name__)


def requested(list_id: str, callback_id: str, now: datetime, *, webhook: bool = False) -> CloudEvent:
    """The message of one callback, whether a webhook or polling saw it."""
    data: dict[str, object] = {"list_id": list_id, "callback_id": callback_id}
    if webhook:
        data["webhook"] = True
    return CloudEvent(f"callback/{list_id}/{callback_id}", REQUESTED, "voicecloud", callback_id, now, data)


@dataclass(eq=False, repr=False, kw_only=True)
class CallbackPolling:
    """Run by a timer; one instance at a time polls a list."""

    settings: Settings
    enreach: Enreach
    bus: Bus
    inbox: CallbackInbox
    polls: Polls
    clock: Clock

    async def run(self) -> dict[str, int]:
        """Polls each list that is due; gives the number of messages sent per list.

        A list that cannot be polled does not hold up the others: why is noted with its poll, which health shows.
        """
        sent: dict[str, int] = {}
        profiles = (await self.settings.snapshot()).callback_profiles
        for list_id in (await self.polls.all()).keys() - {name for name, one in profiles.items() if one.enabled}:
            await self.polls.forget(list_id)
        for profile in profiles.values():
            if not await self.polls.claim(profile, self.clock()):
                continue
            try:
                sent[profile.list_id], unreadable = await self._poll(profile)
                await self.polls.note(profile.list_id, f"{unreadable} callbacks cannot be read" if unreadable else "")
            except VoiceError as error:
                log.warning("callback list not polled", extra={"list_id": profile.list_id, "error": str(error)})
                await self.polls.note(profile.list_id, str(error))
            except Exception:
                log.exception("callback list not polled", extra={"list_id": profile.list_id})
                await self.polls.note(
                    profile.list_id,
                    "a fault of the program: report it with the entry `callback list not polled` of the log",
                )
        return sent

    async def _poll(self, profile: CallbackProfile) -> tuple[int, int]:
        """How many were sent, and how many could not be read."""
        now = self.clock()
        found, unreadable = await open_callbacks(self.enreach, profile.list_id, now - profile.max_age)
        under_way = await self.inbox.under_way(profile.list_id)
        new = [one for one in found if one.id not in under_way or now - under_way[one.id] > RESEND_AFTER]
        await self.bus.send_all(QUEUE, [_polled(one, now) for one in new])
        await self.inbox.sent(profile.list_id, [one.id for one in new], now)
        for finished in under_way.keys() - {one.id for one in found}:
            await self.inbox.forget(profile.list_id, finished)
        if new:
            log.info("callbacks found by polling", extra={"list_id": profile.list_id, "count": len(new)})
        return len(new), unreadable


def _polled(callback: Callback, now: datetime) -> CloudEvent:
    """With the poll in its id: what a webhook sent minutes ago and nobody could use then must not swallow it."""
    event = requested(callback.list_id, callback.id, now)
    return replace(event, id=f"{event.id}/{to_iso(now)}")
