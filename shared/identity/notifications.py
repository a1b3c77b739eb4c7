"""Notifies the index that customers may have changed. Many notices within a second become one message."""

from dataclasses import dataclass
from datetime import datetime

from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.clock import Clock
from shared.identity.model import CustomerKind
from shared.identity.sync import IndexSync, SyncResult

QUEUE = "dataverse-changes"
SYNC = "voice.index.sync"
"""The event type that asks for a run of the index sync; it carries no data: what changed is asked of Dataverse."""

BUSY_PAUSE_S = 2.0


def sync_wanted(second: int, now: datetime) -> CloudEvent:
    """The message that asks for a run at the end of a second, the same from whoever asks within it."""
    return CloudEvent(f"index-sync/{second}", SYNC, "voice-for-dynamics", "number-index", now)


@dataclass(eq=False, repr=False, kw_only=True)
class IndexNotifications:
    """Sender and handler of the ``dataverse-changes`` queue."""

    bus: Bus
    sync: IndexSync
    clock: Clock

    async def changed(self, table: str) -> None:
        """A row of a Dataverse table was written; tables that hold no customers are of no interest."""
        if table in set(CustomerKind):
            await self.request()

    async def request(self, extra_delay_s: float = 0.0) -> None:
        """Asks for a run at the end of the present second: the broker drops the further requests of that second."""
        now = self.clock()
        second = int(now.timestamp() + extra_delay_s) + 1
        await self.bus.send(QUEUE, sync_wanted(second, now), delay_s=second - now.timestamp())

    async def process(self, _event: CloudEvent) -> SyncResult:
        """Runs the sync; what is left over, or in another instance's hands, is asked for again."""
        progress = await self.sync.run()
        if progress is SyncResult.MORE:
            await self.request()
        elif progress is SyncResult.BUSY:
            await self.request(BUSY_PAUSE_S)
        return progress
