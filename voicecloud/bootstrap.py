"""The only place that builds the parts of the voice cloud and ties them together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from shared.clock import Clock, utc_now
from shared.storage.tables import Tables
from voicecloud.blobs import Blobs
from voicecloud.callbacks import store as callback_store
from voicecloud.callbacks.requests import CallbackRequests
from voicecloud.callbacks.service import CallbackLists
from voicecloud.classification import store as classification_store
from voicecloud.classification.service import Classifications
from voicecloud.ids import Ids
from voicecloud.media.client import MediaClient
from voicecloud.media.messages import GatewayStart
from voicecloud.media.process import OWN, Audio
from voicecloud.media.turn import IceServers
from voicecloud.notices.service import Notices
from voicecloud.organisation import seed
from voicecloud.organisation import store as organisation_store
from voicecloud.organisation.model import DocumentKind
from voicecloud.organisation.numbering import Numbering
from voicecloud.organisation.service import Directory
from voicecloud.phone.commands import PhoneCommands
from voicecloud.phone.context import DisplayNames
from voicecloud.phone.sessions import WebTerminalSessions
from voicecloud.phone.states import PhoneStates
from voicecloud.prompts.service import PromptLibrary
from voicecloud.records import recordings as recording_store
from voicecloud.records import store as record_store
from voicecloud.records.recordings import Recordings
from voicecloud.records.rows import RowNames
from voicecloud.reloading import Reloading
from voicecloud.rte.hub import Hub
from voicecloud.rte.tokens import Tokens
from voicecloud.runtime.call_records import CallRecords
from voicecloud.runtime.engine import Engine
from voicecloud.runtime.smart_routing import RoutingEndpoint, SmartRoutingAsker
from voicecloud.runtime.staff import Staff
from voicecloud.settings.model import VoiceCloudSettings
from voicecloud.telephony.service import Telephony
from voicecloud.trunk.exchange import Exchange
from voicecloud.trunk.sip.trunk import SipTrunk
from voicecloud.users import known as known_store
from voicecloud.users.known import KnownPairs
from voicecloud.users.service import Accounts
from voicecloud.users.signing import signing_key
from voicecloud.webhooks import store as webhook_store
from voicecloud.webhooks.delivery import Deliverer
from voicecloud.webhooks.model import Endpoint
from voicecloud.webhooks.sender import WebhookSender
from voicecloud.webhooks.service import Webhooks


@dataclass(frozen=True)
class Infrastructure:
    """What everything else stands on."""

    settings: VoiceCloudSettings
    clock: Clock
    ids: Ids
    tables: Tables
    blobs: Blobs
    http: aiohttp.ClientSession
    directory: Directory
    signing_key: bytes
    audio: Audio


@dataclass(frozen=True)
class WebPhoneServices:
    """What the handlers of web phones ask."""

    sessions: WebTerminalSessions
    states: PhoneStates
    commands: PhoneCommands
    ice: IceServers


@dataclass(frozen=True)
class VoiceCloudServices:
    """What the handlers ask."""

    settings: VoiceCloudSettings
    clock: Clock
    tables: Tables
    directory: Directory
    accounts: Accounts
    callbacks: CallbackLists
    webhooks: Webhooks
    recordings: Recordings
    classifications: Classifications
    prompts: PromptLibrary
    telephony: Telephony
    tokens: Tokens
    hub: Hub
    phones: WebPhoneServices
    reloading: Reloading


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
        http = await stack.enter_async_context(aiohttp.ClientSession())
        directory = await _directory(settings, tables)
        key = await signing_key(tables.table(organisation_store.TABLE))
        yield _services(Infrastructure(settings, clock, Ids(clock), tables, blobs, http, directory, key, audio))


async def _directory(settings: VoiceCloudSettings, tables: Tables) -> Directory:
    documents = organisation_store.Documents(tables.table(organisation_store.TABLE))
    if settings.seed:
        await seed.apply(documents, seed.read(settings.seed))
    directory = Directory(documents)
    await directory.load()
    return directory


def _services(infra: Infrastructure) -> VoiceCloudServices:
    webhooks = _webhooks(infra)
    callbacks = CallbackLists(
        store=callback_store.CallbackRequestStore(infra.tables.table(callback_store.TABLE)),
        directory=infra.directory,
        webhooks=webhooks,
        ids=infra.ids,
        clock=infra.clock,
    )
    recordings = _recordings(infra)
    prompts = PromptLibrary(infra.directory, infra.blobs)
    telephony = _telephony(infra, webhooks, callbacks, recordings, prompts)
    hub = Hub(infra.directory, telephony.engine)
    telephony.notices.listen(hub.tell)
    callbacks.listen(hub.tell)
    phones = _phones(infra, telephony)
    reloading = Reloading(
        directory=infra.directory,
        engine=telephony.engine,
        staff=telephony.staff,
        hub=hub,
        sessions=phones.sessions,
    )
    return VoiceCloudServices(
        settings=infra.settings,
        clock=infra.clock,
        tables=infra.tables,
        directory=infra.directory,
        accounts=_accounts(infra),
        callbacks=callbacks,
        webhooks=webhooks,
        recordings=recordings,
        classifications=_classifications(infra),
        prompts=prompts,
        telephony=telephony,
        tokens=Tokens(infra.signing_key, infra.clock),
        hub=hub,
        phones=phones,
        reloading=reloading,
    )


def _accounts(infra: Infrastructure) -> Accounts:
    known = KnownPairs(infra.tables.table(known_store.TABLE), infra.clock)
    return Accounts(infra.directory, infra.signing_key, known)


def _recordings(infra: Infrastructure) -> Recordings:
    return Recordings(
        table=infra.tables.table(recording_store.TABLE),
        blobs=infra.blobs,
        wanted=infra.settings.recording_format,
        signing_key=infra.signing_key,
        link_s=infra.settings.recording_link_s,
        clock=infra.clock,
    )


def _phones(infra: Infrastructure, telephony: Telephony) -> WebPhoneServices:
    engine, directory = telephony.engine, infra.directory
    names = DisplayNames(
        user=lambda user_id: directory.user(user_id).name,
        number=lambda user_id: directory.user(user_id).work_number,
        pool=lambda pool_id: directory.queue(pool_id).name,
    )
    states = PhoneStates(engine, telephony.gateway, names)
    engine.attach(states.perform)
    return WebPhoneServices(
        sessions=WebTerminalSessions(engine, directory, infra.signing_key, infra.clock, infra.settings.phone_lease_s),
        states=states,
        commands=PhoneCommands(engine, telephony.gateway, directory, states, infra.clock),
        ice=_ice(infra),
    )


def _ice(infra: Infrastructure) -> IceServers:
    return IceServers(infra.settings.ice_servers, infra.settings.turn_secret, infra.clock)


def _classifications(infra: Infrastructure) -> Classifications:
    store = classification_store.ClassificationStore(infra.tables.table(classification_store.TABLE))
    return Classifications(store, infra.directory, infra.ids, infra.clock)


def _gateway(infra: Infrastructure, engine: Engine, prompts: PromptLibrary) -> MediaClient:
    settings, way = infra.settings, infra.settings.media_way
    begin = GatewayStart(
        servers=_ice(infra).own,
        address=way.address,
        ports=(way.ports.start, way.ports.stop),
        most=settings.media_legs,
        hold_s=settings.media_hold_s,
    )
    return MediaClient(engine=engine, begin=begin, library=prompts.audio, audio=infra.audio)


def _telephony(
    infra: Infrastructure, webhooks: Webhooks, callbacks: CallbackLists, recordings: Recordings, prompts: PromptLibrary
) -> Telephony:
    directory, settings = infra.directory, infra.settings
    region = directory.organisation.region
    numbering = Numbering(settings.trunk_region or region, region, directory.own_numbers)
    engine = Engine(directory.routing(), infra.clock, numbering.event)
    gateway = _gateway(infra, engine, prompts)
    notices = Notices(directory=directory, webhooks=webhooks, live=engine.history)
    records = _records(infra, engine, gateway, recordings, notices)
    requests = CallbackRequests(callbacks, directory)
    asker = _asker(infra, engine)
    exchange = Exchange(engine)
    sip = _sip(infra, engine, gateway)
    if sip:
        exchange.connect(sip)
        engine.attach(sip.perform)
    for performer in (gateway, exchange, asker, records, notices, requests):
        engine.attach(performer.perform)
    return Telephony(
        engine=engine,
        gateway=gateway,
        staff=Staff(engine, directory, infra.ids),
        records=records,
        notices=notices,
        callback_requests=requests,
        exchange=exchange,
        sip=sip,
        retention=timedelta(days=settings.retention_days),
    )


def _records(
    infra: Infrastructure, engine: Engine, gateway: MediaClient, recordings: Recordings, notices: Notices
) -> CallRecords:
    return CallRecords(
        store=record_store.RecordStore(infra.tables.table(record_store.TABLE)),
        recordings=recordings,
        recorder=gateway,
        live=engine.platform.history,
        live_ids=lambda: [call.call_id for call in engine.platform.live_calls()],
        ready=notices.processed,
        cut=notices.cut,
        names=_names(infra.directory),
        delay_s=infra.settings.post_processing_delay_s,
        clock=infra.clock,
    )


def _asker(infra: Infrastructure, engine: Engine) -> SmartRoutingAsker:
    documents, environment = infra.directory.documents(DocumentKind.SMART_ROUTING), infra.settings.environment
    endpoints = (RoutingEndpoint.from_document(one, environment) for one in documents)
    return SmartRoutingAsker(engine, infra.http, {one.id: one for one in endpoints})


def _sip(infra: Infrastructure, engine: Engine, gateway: MediaClient) -> SipTrunk | None:
    account = infra.settings.sip
    if account is None:
        return None
    return SipTrunk(account=account, engine=engine, gateway=gateway, ids=infra.ids, http=infra.http)


def _names(directory: Directory) -> RowNames:
    return RowNames(
        user=lambda user_id: directory.user(user_id).user_name,
        queue=lambda queue_id: directory.queue(queue_id).name,
        privacy=lambda user_id: directory.user(user_id).call_privacy_default,
    )


def _webhooks(infra: Infrastructure) -> Webhooks:
    settings = infra.settings
    store = webhook_store.DeliveryStore(infra.tables.table(webhook_store.TABLE))
    sender = WebhookSender(infra.http, infra.clock, settings.webhook_timeout_s)
    deliverers = [
        Deliverer(
            Endpoint.from_document(document, settings.environment),
            store=store,
            sender=sender,
            clock=infra.clock,
            longest_pause_s=settings.webhook_retry_max_s,
            give_up_after_s=settings.webhook_give_up_after_s,
        )
        for document in infra.directory.documents(DocumentKind.WEBHOOK)
    ]
    organisation_id = infra.directory.organisation.id
    return Webhooks(
        organisation_id=organisation_id, deliverers=deliverers, store=store, ids=infra.ids, clock=infra.clock
    )
