"""The services that the web phone's requests need, built together."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from shared.calls.store import CallStore
from shared.clock import Clock
from shared.dataverse.client import Dataverse
from shared.enreach.overview import Overview
from shared.enreach.phone import EnreachPhone
from shared.enreach.transport import Transport
from shared.entra.sign_in import SignIn
from shared.identity.service import Identity
from shared.phone.agents import PhoneAgents
from shared.phone.callers import Callers
from shared.phone.customers import Customers
from shared.phone.directory import PhoneDirectory
from shared.phone.history import AgentCallHistory
from shared.phone.limiter import Limiter
from shared.phone.live import LiveCalls
from shared.phone.page import WebPhonePage
from shared.phone.pools import PhonePools
from shared.phone.primary_session import SessionLeases
from shared.phone.readable import ReadableCustomers
from shared.phone.sessions import AgentPhoneSessions
from shared.pools.live_figures import LivePoolFigures
from shared.settings.service import Settings
from shared.storage.tables import Tables
from shared.users.service import Users

OFFERS_AT_ONCE, OFFERS_PER_S = 10, 2.0
"""Media offers cost the gateway most; they count as commands too."""


@dataclass(frozen=True)
class PhoneServices:
    """``http`` is the phones' own client: they wait long, and many at once."""

    sessions: AgentPhoneSessions
    live: LiveCalls
    callers: Callers
    directory: PhoneDirectory
    history: AgentCallHistory
    pools: PhonePools
    page: WebPhonePage
    http: httpx.AsyncClient

    async def close(self) -> None:
        await self.http.aclose()


def build(
    *,
    environ: Mapping[str, str],
    settings: Settings,
    sign_in: SignIn,
    users: Users,
    dataverse: Dataverse,
    identity: Identity,
    calls: CallStore,
    tables: Tables,
    clock: Clock,
) -> PhoneServices:
    table = tables.table("phones")
    http = _client()
    transport = Transport.from_settings(environ, http)
    phone, overview = EnreachPhone(transport), Overview(transport)
    agents, leases = PhoneAgents(users, overview, clock), SessionLeases(table, clock)
    page = _page(environ, sign_in, settings, dataverse.url)
    sessions = AgentPhoneSessions(
        agents=agents, leases=leases, phone=phone, settings=settings, page=page.version, clock=clock
    )
    named = ReadableCustomers(dataverse=dataverse, identity=identity, settings=settings, clock=clock)
    figures = LivePoolFigures(overview, clock)
    customers = Customers(dataverse=dataverse, identity=identity, settings=settings, clock=clock)
    people = PhoneDirectory(agents=agents, overview=overview, figures=figures, customers=customers, clock=clock)
    history = AgentCallHistory(
        agents=agents, overview=overview, directory=people, readable=named, settings=settings, table=table, clock=clock
    )
    return PhoneServices(
        sessions=sessions,
        live=LiveCalls(sessions=sessions, agents=agents, phone=phone, settings=settings, offers=_offers()),
        callers=Callers(agents=agents, phone=phone, readable=named, customers=customers, store=calls),
        directory=people,
        history=history,
        pools=PhonePools(agents, figures),
        page=page,
        http=http,
    )


def _offers() -> Limiter:
    return Limiter(OFFERS_AT_ONCE, OFFERS_PER_S)


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    return httpx.AsyncClient(timeout=httpx.Timeout(30.0, connect=5.0), limits=limits)


def _page(environ: Mapping[str, str], sign_in: SignIn, settings: Settings, dynamics_url: str) -> WebPhonePage:
    voicecloud_url = environ.get("PHONE_VOICECLOUD_URL") or environ.get("VOICECLOUD_URL", "")
    return WebPhonePage(sign_in=sign_in, settings=settings, voicecloud_url=voicecloud_url, dynamics_url=dynamics_url)
