"""Deliveries and their log in Table Storage; the partition is the endpoint, so both change together.

``p_<event id>`` is a delivery still to be made, ``l_<time reversed>_<event id>_<attempt>`` an attempt, newest first.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import batched

from shared.storage.tables import Delete, Put, Row, Table
from voicecloud.webhooks.model import Delivery, DeliveryAttempt, WebhookEvent

TABLE = "webhooks"
_LATEST_MS = 10**14
_END = "~"
_BATCH = 90


@dataclass(eq=False, repr=False)
class DeliveryStore:
    table: Table

    async def add(self, delivery: Delivery) -> None:
        """Adding the same event twice is adding it once."""
        await self.table.put(_row(delivery))

    async def pending(self, endpoint_id: str) -> list[Delivery]:
        """In the order of the events."""
        rows = self.table.query(endpoint_id, rk_from="p_", rk_below=f"p_{_END}")
        return [_delivery(row) async for row in rows]

    async def delivered(self, delivery: Delivery, attempt: DeliveryAttempt) -> None:
        """Done with, one way or the other: delivered, or given up."""
        await self.table.transact([Delete(delivery.endpoint_id, f"p_{delivery.event.id}"), Put(_log_row(attempt))])

    async def failed(self, delivery: Delivery, attempt: DeliveryAttempt) -> None:
        await self.table.transact([Put(_row(delivery)), Put(_log_row(attempt))])

    async def log(self, endpoint_id: str, limit: int) -> list[DeliveryAttempt]:
        """Newest first."""
        rows = self.table.query(endpoint_id, rk_from="l_", rk_below=f"l_{_END}", limit=limit)
        return [_attempt(row) async for row in rows]

    async def purge_log(self, endpoint_id: str, older_than: datetime) -> int:
        """Deletes the attempts made at a moment or earlier; gives their number."""
        found = self.table.query(endpoint_id, rk_from=f"l_{_reversed(older_than)}", rk_below=f"l_{_END}")
        keys = [row.rk async for row in found]
        for batch in batched(keys, _BATCH, strict=False):
            await self.table.transact([Delete(endpoint_id, rk) for rk in batch])
        return len(keys)


def _row(delivery: Delivery) -> Row:
    values = {
        "event": json.dumps(asdict(delivery.event)),
        "created_at": delivery.created_at,
        "attempts": delivery.attempts,
    }
    return Row(delivery.endpoint_id, f"p_{delivery.event.id}", values)


def _delivery(row: Row) -> Delivery:
    event = WebhookEvent(**json.loads(row.values["event"]))
    return Delivery(row.pk, event, row.values["created_at"], int(row.values["attempts"]))


def _log_row(attempt: DeliveryAttempt) -> Row:
    key = f"l_{_reversed(attempt.at)}_{attempt.event_id}_{attempt.number}"
    return Row(attempt.endpoint_id, key, asdict(attempt))


def _attempt(row: Row) -> DeliveryAttempt:
    return DeliveryAttempt(**row.values)


def _reversed(moment: datetime) -> str:
    return f"{_LATEST_MS - int(moment.timestamp() * 1000):014d}"
