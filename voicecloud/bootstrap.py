"""The parts of the voice cloud, put together from the wiring of each capability, and tied to each other."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property

import aiohttp

from shared.clock import Clock, utc_now
from shared.storage.tables import Tables
from voicecloud.blobs import Blobs
from voicecloud.classification.wiring import ClassificationWiring
from voicecloud.media.process import OWN, Audio
from voicecloud.organisation import store as organisation_store
from voicecloud.organisation.wiring import loaded
from voicecloud.phone.wiring import VoiceCloudPhoneWiring
from voicecloud.reloading import Reloading
from voicecloud.rte.wiring import RteWiring
from voicecloud.settings.model import VoiceCloudSettings
from voicecloud.telephony.wiring import TelephonyWiring
from voicecloud.users.signing import signing_key
from voicecloud.users.wiring import VoiceCloudUserWiring


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudServices(ClassificationWiring, VoiceCloudPhoneWiring, RteWiring, TelephonyWiring, VoiceCloudUserWiring):
    """What the handlers ask: every part, each built once."""

    @cached_property
    def reloading(self) -> Reloading:
        return Reloading(
            directory=self.directory,
            engine=self.engine,
            staff=self.staff,
            hub=self.hub,
            sessions=self.phones.sessions,
        )

    def tie(self) -> None:
        """Who does what routing decides is given its effects, in this order; the hub reports what happens."""
        parts = (
            self.gateway,
            self.exchange,
            self.smart_routing,
            self.call_records,
            self.notices,
            self.callback_requests,
            self.phones.states,
            self.phones.extensions,
        )
        for part in (self.sip, *parts) if self.sip else parts:
            self.engine.attach(part.perform)
        self.notices.listen(self.hub.tell)
        self.callbacks.listen(self.hub.tell)


@asynccontextmanager
async def services(
    settings: VoiceCloudSettings, clock: Clock = utc_now, audio: Audio = OWN
) -> AsyncIterator[VoiceCloudServices]:
    """Opens storage, applies the organisation file, loads the configuration; closes all of it at the end.

    ``audio`` carries voices.
    """
    async with AsyncExitStack() as stack:
        tables = Tables.from_connection_string(settings.storage_connection, settings.table_prefix)
        stack.push_async_callback(tables.close)
        blobs = Blobs.from_connection_string(settings.storage_connection, settings.table_prefix)
        stack.push_async_callback(blobs.close)
        made = VoiceCloudServices(
            settings=settings,
            clock=clock,
            tables=tables,
            blobs=blobs,
            http=await stack.enter_async_context(aiohttp.ClientSession()),
            directory=await loaded(settings, tables),
            signing_key=await signing_key(tables.table(organisation_store.TABLE)),
            audio=audio,
        )
        made.tie()
        yield made
