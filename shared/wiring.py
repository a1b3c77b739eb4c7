"""What every capability works with: the clients of the systems around, from the settings of the app.

Everything is made on first use and imported then, because loading the SDKs takes longer than everything else a cold
start does.
"""

import logging
import socket
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.clock import Clock, utc_now
from shared.errors import Misconfigured

if TYPE_CHECKING:
    import httpx

    from shared.bus.bus import Bus
    from shared.bus.dead_letters import DeadLetters
    from shared.bus.depths import QueueDepths
    from shared.bus.retry import Retries
    from shared.dataverse.client import Dataverse
    from shared.dataverse.columns import AbsentColumns
    from shared.enreach.client import Enreach
    from shared.entra.access import AccessTokens
    from shared.entra.sign_in import SignIn
    from shared.entra.tokens import ResourceCredential, TokenSource
    from shared.settings.references import References
    from shared.settings.service import Settings
    from shared.storage.tables import Tables


class Wiring:
    """Each built once. ``clock`` gives now in UTC."""

    def __init__(self, environ: Mapping[str, str], clock: Clock = utc_now) -> None:
        self.environ = environ
        self.clock = clock
        self.owner = f"{socket.gethostname()}-{uuid4()}"

    def _required(self, name: str) -> str:
        if value := self.environ.get(name, ""):
            return value
        raise Misconfigured("app-setting-missing", f"the app setting {name} is not set")

    @cached_property
    def http(self) -> "httpx.AsyncClient":
        import httpx

        _quiet("httpx")
        return httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=5.0))

    @cached_property
    def tokens(self) -> "TokenSource":
        from shared.entra.tokens import TokenSource

        return TokenSource.from_settings(self.environ)

    @cached_property
    def credential(self) -> "ResourceCredential":
        """For storage and Service Bus where no connection string is set: always the managed identity."""
        from shared.entra.tokens import ResourceCredential, TokenSource

        return ResourceCredential(TokenSource.of_identity(self.environ))

    @cached_property
    def access_tokens(self) -> "AccessTokens":
        from shared.entra.access import AccessTokens

        return AccessTokens.from_settings(self.environ, self.http)

    @cached_property
    def sign_in(self) -> "SignIn":
        from shared.entra.sign_in import SignIn

        return SignIn.from_settings(self.environ)

    @cached_property
    def tables(self) -> "Tables":
        from shared.storage.tables import Tables

        _quiet("azure")
        return Tables.from_settings(self.environ, self.credential)

    @cached_property
    def bus(self) -> "Bus":
        from shared.bus.bus import Bus

        _quiet("azure")
        return Bus.from_settings(self.environ, self.credential)

    @cached_property
    def queue_depths(self) -> "QueueDepths":
        from shared.bus.depths import QueueDepths

        return QueueDepths.from_settings(self.environ, self.credential)

    @cached_property
    def retries(self) -> "Retries":
        from shared.bus.retry import Retries

        return Retries(self.bus, self._retry_schedule)

    async def _retry_schedule(self) -> tuple[float, ...]:
        return (await self.settings.general()).retry_schedule_s

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        from shared.bus.dead_letters import DeadLetters

        return DeadLetters(self.bus)

    @cached_property
    def dataverse(self) -> "Dataverse":
        from shared.dataverse.client import Dataverse

        return Dataverse(self._required("DATAVERSE_URL"), self.tokens, self.http)

    @cached_property
    def enreach(self) -> "Enreach":
        from shared.enreach.client import Enreach
        from shared.enreach.transport import Transport

        return Enreach(Transport.from_settings(self.environ, self.http))

    @cached_property
    def settings(self) -> "Settings":
        from shared.settings.service import Settings

        return Settings(self.tables.table("settings"), self.clock)

    @cached_property
    def setting_references(self) -> "References":
        from shared.settings.references import References

        return References(self.dataverse, self.enreach)

    @cached_property
    def absent_columns(self) -> "AbsentColumns":
        from shared.dataverse.columns import AbsentColumns

        return AbsentColumns(self.tables.table("health"), self.clock)


def _quiet(library: str) -> None:
    """Libraries log addresses, and with them numbers in row keys and queries, and the tokens of recording links."""
    logging.getLogger(library).setLevel(logging.WARNING)
