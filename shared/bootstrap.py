"""The services of the app, put together from the wiring of each capability.

Everything is made on first use and imported then, because loading the SDKs takes longer than everything else a cold
start does.
"""

import os
from functools import lru_cache

from shared.health.wiring import HealthWiring
from shared.phone.wiring import PhoneWiring
from shared.recordings.wiring import RecordingWiring
from shared.webhooks.wiring import WebhookWiring


class Services(HealthWiring, PhoneWiring, RecordingWiring, WebhookWiring):
    """Every service of the app, each built once."""

    async def close(self) -> None:
        """Closes what was opened."""
        for name in ("bus", "queue_depths", "phone", "tables"):
            if name in self.__dict__:
                await self.__dict__[name].close()
        if "http" in self.__dict__:
            await self.http.aclose()


@lru_cache(maxsize=1)
def services() -> Services:
    """The services of this process, from its environment."""
    return Services(os.environ)
