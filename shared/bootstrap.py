"""The services of the app, put together from the wiring of each capability.

Everything is made on first use and imported then, because loading the SDKs takes longer than everything else a cold
start does.
"""

import os
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from shared.callbacks.wiring import CallbackWiring
from shared.enterprise_calls.wiring import EnterpriseCallWiring
from shared.recordings.wiring import RecordingWiring
from shared.webhooks.wiring import WebhookWiring

if TYPE_CHECKING:
    from shared.health.service import Health
    from shared.phone.limiter import Limits
    from shared.phone.wiring import PhoneServices
    from shared.presence.wiring import PresenceServices


class Services(CallbackWiring, EnterpriseCallWiring, RecordingWiring, WebhookWiring):
    """Every service of the app, each built once."""

    @cached_property
    def phone_limits(self) -> "Limits":
        from shared.phone.limiter import Limits

        return Limits()

    @cached_property
    def phone(self) -> "PhoneServices":
        from shared.phone.wiring import build

        return build(
            environ=self.environ,
            settings=self.settings,
            sign_in=self.sign_in,
            users=self.users,
            dataverse=self.dataverse,
            identity=self.identity,
            calls=self.call_store,
            tables=self.tables,
            clock=self.clock,
        )

    @cached_property
    def presence(self) -> "PresenceServices":
        from shared.presence.wiring import build

        return build(
            settings=self.settings,
            users=self.users,
            enreach=self.enreach,
            dataverse=self.dataverse,
            table=self.tables.table("presence"),
            bus=self.bus,
            clock=self.clock,
        )

    @cached_property
    def health(self) -> "Health":
        from shared.health.wiring import build

        return build(self, self.environ, self.clock)

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
