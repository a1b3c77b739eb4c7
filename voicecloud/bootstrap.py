"""The only place that builds the parts of the voice cloud and ties them together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from shared.clock import Clock, utc_now
from shared.storage.tables import Tables
from voicecloud.callbacks import store as callback_store
from voicecloud.callbacks.service import Callbacks
from voicecloud.ids import Ids
from voicecloud.organisation import seed
from voicecloud.organisation import store as organisation_store
from voicecloud.organisation.service import Directory
from voicecloud.settings import Settings
from voicecloud.users.service import Accounts
from voicecloud.users.signing import signing_key
from voicecloud.webhooks import store as webhook_store
from voicecloud.webhooks.delivery import Deliverer
from voicecloud.webhooks.model import Endpoint
from voicecloud.webhooks.sender import Sender
from voicecloud.webhooks.service import Webhooks


@dataclass(frozen=True)
class Services:
    """What the handlers ask."""

    settings: Settings
    tables: Tables
    directory: Directory
    accounts: Accounts
    callbacks: Callbacks
    webhooks: Webhooks


@asynccontextmanager
async def services(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Services]:
    """Opens storage, applies the organisation file, loads the configuration; closes all of it at the end."""
    tables = Tables.from_connection_string(settings.storage_connection, settings.table_prefix)
    try:
        directory = await _directory(settings, tables)
        async with aiohttp.ClientSession() as http:
            yield await _services(settings, clock, tables, directory, http)
    finally:
        await tables.close()


async def _directory(settings: Settings, tables: Tables) -> Directory:
    documents = organisation_store.Documents(tables.table(organisation_store.TABLE))
    if settings.seed:
        await seed.apply(documents, seed.read(settings.seed))
    directory = Directory(documents)
    await directory.load()
    return directory


async def _services(
    settings: Settings, clock: Clock, tables: Tables, directory: Directory, http: aiohttp.ClientSession
) -> Services:
    ids = Ids(clock)
    webhooks = _webhooks(settings, clock, tables, directory, http, ids)
    callbacks = Callbacks(
        store=callback_store.CallbackStore(tables.table(callback_store.TABLE)),
        directory=directory,
        webhooks=webhooks,
        ids=ids,
        clock=clock,
    )
    key = await signing_key(tables.table(organisation_store.TABLE))
    return Services(settings, tables, directory, Accounts(directory, key), callbacks, webhooks)


def _webhooks(
    settings: Settings, clock: Clock, tables: Tables, directory: Directory, http: aiohttp.ClientSession, ids: Ids
) -> Webhooks:
    store = webhook_store.DeliveryStore(tables.table(webhook_store.TABLE))
    sender = Sender(http, clock, settings.webhook_timeout_s)
    deliverers = [
        Deliverer(
            Endpoint.from_document(document, settings.environment),
            store=store,
            sender=sender,
            clock=clock,
            longest_pause_s=settings.webhook_retry_max_s,
            give_up_after_s=settings.webhook_give_up_after_s,
        )
        for document in directory.webhooks
    ]
    organisation_id = directory.organisation.id
    return Webhooks(organisation_id=organisation_id, deliverers=deliverers, store=store, ids=ids, clock=clock)
