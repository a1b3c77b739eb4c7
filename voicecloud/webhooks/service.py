"""Events to endpoints: which wants what, kept until delivered."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.clock import Clock, to_iso
from shared.errors import VoiceError
from voicecloud.ids import Ids
from voicecloud.webhooks.delivery import Deliverer
from voicecloud.webhooks.model import Delivery, DeliveryAttempt, WebhookEvent
from voicecloud.webhooks.store import DeliveryStore

LOG_KEPT = timedelta(days=14)
PURGE_EVERY_S = 3_600.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Webhooks:
    """All endpoints of the organisation."""

    organisation_id: str
    deliverers: Sequence[Deliverer]
    store: DeliveryStore
    ids: Ids
    clock: Clock

    def event(self, event_type: str, entity_type: str, entity_id: str, fields: Mapping[str, Any]) -> WebhookEvent:
        """A new event of now."""
        at = to_iso(self.clock())
        return WebhookEvent(self.ids.new(), event_type, entity_type, entity_id, self.organisation_id, at, fields)

    def wanted(self, event: WebhookEvent) -> bool:
        """Whether any endpoint wants it."""
        return any(deliverer.endpoint.wants(event) for deliverer in self.deliverers)

    async def publish(self, event: WebhookEvent) -> None:
        """Returns when the event is safe: every endpoint that wants it will get it, also after a restart."""
        for deliverer in self.deliverers:
            if deliverer.endpoint.wants(event):
                delivery = Delivery(deliverer.endpoint.id, event, self.clock())
                await self.store.add(delivery)
                deliverer.add(delivery)

    async def run(self) -> None:
        """Delivers until cancelled, beginning with what an earlier run has left."""
        async with asyncio.TaskGroup() as group:
            for deliverer in self.deliverers:
                for delivery in await self.store.pending(deliverer.endpoint.id):
                    deliverer.add(delivery)
                group.create_task(deliverer.run())
            group.create_task(self._purge_regularly())

    async def log(self, limit: int) -> list[DeliveryAttempt]:
        """The latest attempts, newest first."""
        found = [attempt for one in self.deliverers for attempt in await self.store.log(one.endpoint.id, limit)]
        return sorted(found, key=lambda attempt: attempt.at, reverse=True)[:limit]

    async def purge(self) -> int:
        """Deletes the log of more than ``LOG_KEPT`` ago."""
        limit = self.clock() - LOG_KEPT
        return sum([await self.store.purge_log(one.endpoint.id, limit) for one in self.deliverers])

    async def _purge_regularly(self) -> None:
        while True:
            try:
                await self.purge()
            except VoiceError as error:
                log.warning("the delivery log was not purged", extra={"code": error.code})
            await asyncio.sleep(PURGE_EVERY_S)

    def health(self) -> dict[str, dict[str, Any]]:
        """By endpoint: how many deliveries wait and whether the endpoint fails."""
        return {one.endpoint.id: {"pending": one.pending, "failing": one.failing} for one in self.deliverers}
