"""The only place that builds things: settings of the app in, services out.

Everything is made on first use and imported then, because loading the SDKs takes longer than everything else a cold
start does.
"""

import logging
import os
import socket
from collections.abc import Mapping
from functools import cached_property, lru_cache
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
    from shared.callbacks.inbox import CallbackInbox
    from shared.callbacks.polling import CallbackPolling
    from shared.callbacks.polls import Polls
    from shared.callbacks.service import Callbacks
    from shared.callbacks.unhandled import LeftCallbacks
    from shared.calls.service import Calls
    from shared.calls.store import CallStore
    from shared.dataverse.client import Dataverse
    from shared.dataverse.columns import AbsentColumns
    from shared.enreach.client import Enreach
    from shared.enterprise_calls.backfill import BackFill
    from shared.enterprise_calls.sync import EnterpriseCalls
    from shared.entra.access import AccessTokens
    from shared.entra.sign_in import SignIn
    from shared.entra.tokens import ResourceCredential, TokenSource
    from shared.health.service import Health
    from shared.identity.notifications import IndexNotifications
    from shared.identity.service import Identity
    from shared.identity.sync import IndexSync
    from shared.identity.watermark import WatermarkStore
    from shared.phone.limiter import Limits
    from shared.phone.notes import CallNotes
    from shared.phone.wiring import PhoneServices
    from shared.presence.wiring import PresenceServices
    from shared.recordings.service import Recordings
    from shared.settings.references import References
    from shared.settings.service import Settings
    from shared.storage.tables import Tables
    from shared.users.service import Users
    from shared.webhooks.dataverse import DataverseWebhooks
    from shared.webhooks.voicecloud import VoicecloudWebhooks


class Services:
    """Every service of the app, each built once."""

    def __init__(self, environ: Mapping[str, str], clock: Clock = utc_now) -> None:
        self._environ = environ
        self._clock = clock
        self._owner = f"{socket.gethostname()}-{uuid4()}"

    def _required(self, name: str) -> str:
        if value := self._environ.get(name, ""):
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

        return TokenSource.from_settings(self._environ)

    @cached_property
    def credential(self) -> "ResourceCredential":
        """For storage and Service Bus where no connection string is set: always the managed identity."""
        from shared.entra.tokens import ResourceCredential, TokenSource

        return ResourceCredential(TokenSource.of_identity(self._environ))

    @cached_property
    def access_tokens(self) -> "AccessTokens":
        from shared.entra.access import AccessTokens

        return AccessTokens.from_settings(self._environ, self.http)

    @cached_property
    def sign_in(self) -> "SignIn":
        from shared.entra.sign_in import SignIn

        return SignIn.from_settings(self._environ)

    @cached_property
    def tables(self) -> "Tables":
        from shared.storage.tables import Tables

        _quiet("azure")
        return Tables.from_settings(self._environ, self.credential)

    @cached_property
    def bus(self) -> "Bus":
        from shared.bus.bus import Bus

        _quiet("azure")
        return Bus.from_settings(self._environ, self.credential)

    @cached_property
    def queue_depths(self) -> "QueueDepths":
        from shared.bus.depths import QueueDepths

        return QueueDepths.from_settings(self._environ, self.credential)

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

        return Enreach(Transport.from_settings(self._environ, self.http))

    @cached_property
    def settings(self) -> "Settings":
        from shared.settings.service import Settings

        return Settings(self.tables.table("settings"), self._clock)

    @cached_property
    def setting_references(self) -> "References":
        from shared.settings.references import References

        return References(self.dataverse, self.enreach)

    @cached_property
    def identity(self) -> "Identity":
        from shared.identity.service import Identity

        return Identity(table=self.tables.table("numbers"), settings=self.settings, clock=self._clock)

    @cached_property
    def watermarks(self) -> "WatermarkStore":
        from shared.identity.watermark import WatermarkStore

        return WatermarkStore(self.tables.table("numbers"))

    @cached_property
    def index_sync(self) -> "IndexSync":
        from shared.identity.sync import IndexSync
        from shared.storage.leases import Leases

        return IndexSync(
            table=self.tables.table("numbers"),
            dataverse=self.dataverse,
            settings=self.settings,
            leases=Leases(self.tables.table("leases"), self._clock),
            owner=self._owner,
            clock=self._clock,
        )

    @cached_property
    def index_notifications(self) -> "IndexNotifications":
        from shared.identity.notifications import IndexNotifications

        return IndexNotifications(bus=self.bus, sync=self.index_sync, clock=self._clock)

    @cached_property
    def callback_inbox(self) -> "CallbackInbox":
        from shared.callbacks.inbox import CallbackInbox

        return CallbackInbox(self.tables.table("callbackinbox"))

    @cached_property
    def callback_polls(self) -> "Polls":
        from shared.callbacks.polls import Polls

        return Polls(self.tables.table("polls"))

    @cached_property
    def callbacks(self) -> "Callbacks":
        from shared.callbacks.activities import CallbackActivities
        from shared.callbacks.service import Callbacks
        from shared.callbacks.store import CallbackStore

        return Callbacks(
            settings=self.settings,
            enreach=self.enreach,
            identity=self.identity,
            activities=CallbackActivities(self.dataverse, self.absent_columns),
            store=CallbackStore(self.tables.table("callbacks")),
            inbox=self.callback_inbox,
            clock=self._clock,
        )

    @cached_property
    def callback_polling(self) -> "CallbackPolling":
        from shared.callbacks.polling import CallbackPolling

        return CallbackPolling(
            settings=self.settings,
            enreach=self.enreach,
            bus=self.bus,
            inbox=self.callback_inbox,
            polls=self.callback_polls,
            clock=self._clock,
        )

    @cached_property
    def left_callbacks(self) -> "LeftCallbacks":
        from shared.callbacks.unhandled import LeftCallbacks

        return LeftCallbacks(settings=self.settings, enreach=self.enreach, clock=self._clock)

    @cached_property
    def users(self) -> "Users":
        from shared.users.service import Users

        return Users(self.dataverse, self.absent_columns, self.enreach, self._clock)

    @cached_property
    def absent_columns(self) -> "AbsentColumns":
        from shared.dataverse.columns import AbsentColumns

        return AbsentColumns(self.tables.table("health"), self._clock)

    @cached_property
    def call_store(self) -> "CallStore":
        from shared.calls.store import CallStore

        return CallStore(self.tables.table("calls"))

    @cached_property
    def calls(self) -> "Calls":
        from shared.calls.activities import CallActivities
        from shared.calls.attempts import CallbackAttempts
        from shared.calls.service import Calls

        return Calls(
            settings=self.settings,
            enreach=self.enreach,
            identity=self.identity,
            users=self.users,
            activities=CallActivities(self.dataverse, self.absent_columns),
            attempts=CallbackAttempts(self.dataverse, self.absent_columns, self.call_store),
            store=self.call_store,
            bus=self.bus,
            recording_url=self._recording_url,
            clock=self._clock,
        )

    def _recording_url(self, call_id: str) -> str:
        from shared.recordings.links import recording_url

        return recording_url(self._environ.get("APP_URL", ""), call_id)

    @cached_property
    def recordings(self) -> "Recordings":
        from shared.calls.activities import CallActivities
        from shared.recordings.service import Recordings
        from shared.recordings.tickets import Tickets

        return Recordings(
            enreach=self.enreach,
            dataverse=self.dataverse,
            activities=CallActivities(self.dataverse, self.absent_columns),
            tickets=Tickets(self.tables.table("secrets"), self._clock),
        )

    @cached_property
    def call_notes(self) -> "CallNotes":
        from shared.phone.notes import CallNotes

        return CallNotes(self.call_store, self.dataverse, self.absent_columns, self.bus, self._clock)

    @cached_property
    def phone_limits(self) -> "Limits":
        from shared.phone.limiter import Limits

        return Limits()

    @cached_property
    def phone(self) -> "PhoneServices":
        from shared.phone.wiring import build

        return build(
            environ=self._environ,
            settings=self.settings,
            sign_in=self.sign_in,
            users=self.users,
            dataverse=self.dataverse,
            identity=self.identity,
            calls=self.call_store,
            tables=self.tables,
            clock=self._clock,
        )

    @cached_property
    def enterprise_calls(self) -> "EnterpriseCalls":
        from shared.enterprise_calls.sync import EnterpriseCalls
        from shared.storage.leases import Leases

        return EnterpriseCalls(
            enreach=self.enreach,
            calls=self.calls,
            store=self.call_store,
            bus=self.bus,
            marks=self.tables.table("polls"),
            leases=Leases(self.tables.table("leases"), self._clock),
            owner=self._owner,
            clock=self._clock,
        )

    @cached_property
    def back_fill(self) -> "BackFill":
        from shared.enterprise_calls.backfill import BackFill

        return BackFill(enreach=self.enreach, calls=self.calls, store=self.call_store, marks=self.tables.table("polls"))

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
            clock=self._clock,
        )

    @cached_property
    def dataverse_webhooks(self) -> "DataverseWebhooks":
        from shared.webhooks.dataverse import DataverseWebhooks

        return DataverseWebhooks(index=self.index_notifications, bus=self.bus, clock=self._clock)

    @cached_property
    def voicecloud_webhooks(self) -> "VoicecloudWebhooks":
        from shared.webhooks.voicecloud import VoicecloudWebhooks

        return VoicecloudWebhooks(
            bus=self.bus, token=self._environ.get("VOICECLOUD_WEBHOOK_TOKEN", ""), clock=self._clock
        )

    @cached_property
    def health(self) -> "Health":
        from shared.health.wiring import build

        return build(self, self._environ, self._clock)

    async def close(self) -> None:
        """Closes what was opened."""
        for name in ("bus", "queue_depths", "phone", "tables"):
            if name in self.__dict__:
                await self.__dict__[name].close()
        if "http" in self.__dict__:
            await self.http.aclose()


def _quiet(library: str) -> None:
    """Libraries log addresses, and with them numbers in row keys and queries, and the tokens of recording links."""
    logging.getLogger(library).setLevel(logging.WARNING)


@lru_cache(maxsize=1)
def services() -> Services:
    """The services of this process, from its environment."""
    return Services(os.environ)
