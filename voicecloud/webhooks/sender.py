"""One HTTP request per attempt."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from shared.clock import Clock
from voicecloud.webhooks.model import EVENT_HEADER, TOKEN_HEADER, Delivery, DeliveryAttempt, Endpoint


@dataclass(eq=False, repr=False)
class WebhookSender:
    """Posts events. Redirects are not followed: the secret goes to the configured address only."""

    http: aiohttp.ClientSession
    clock: Clock
    timeout_s: float

    async def send(self, endpoint: Endpoint, delivery: Delivery) -> DeliveryAttempt:
        """Never raises for what the endpoint does: the attempt says how it went."""
        at, started = self.clock(), time.perf_counter()
        status, error = await self._post(endpoint, delivery)
        return DeliveryAttempt(
            endpoint_id=endpoint.id,
            event_id=delivery.event.id,
            event_type=delivery.event.type,
            number=delivery.attempts + 1,
            at=at,
            took_ms=round((time.perf_counter() - started) * 1000),
            status=status,
            error=error,
        )

    async def _post(self, endpoint: Endpoint, delivery: Delivery) -> tuple[int, str]:
        headers: Mapping[str, str] = {TOKEN_HEADER: endpoint.secret, EVENT_HEADER: delivery.event.type}
        try:
            async with self.http.post(
                endpoint.url,
                json=delivery.event.to_json(),
                headers=headers,
                ssl=not endpoint.insecure_ssl,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=self.timeout_s),
            ) as answer:
                return answer.status, "" if answer.ok else f"answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return 0, type(error).__name__
