"""The services that keep the presence of agents in line, built together."""

from dataclasses import dataclass

from shared.bus.bus import Bus
from shared.clock import Clock
from shared.dataverse.client import Dataverse
from shared.enreach.client import Enreach
from shared.pools.activation import PoolActivation
from shared.presence.availability import PhoneAvailability
from shared.presence.omnichannel import Omnichannel
from shared.presence.phone import PhonePresence
from shared.presence.polling import PresencePolling
from shared.presence.service import Presences
from shared.presence.store import PresenceStore
from shared.settings.service import Settings
from shared.storage.tables import Table
from shared.users.service import Users


@dataclass(frozen=True)
class PresenceServices:
    """``handler`` of the queue, ``polling`` as its safety net, ``phone`` for the web phone's requests."""

    handler: Presences
    polling: PresencePolling
    phone: PhonePresence
    omnichannel: Omnichannel
    store: PresenceStore


def build(
    *, settings: Settings, users: Users, enreach: Enreach, dataverse: Dataverse, table: Table, bus: Bus, clock: Clock
) -> PresenceServices:
    availability = PhoneAvailability(enreach, settings, clock)
    omnichannel, store = Omnichannel(dataverse, settings, clock), PresenceStore(table)
    handler = Presences(
        settings=settings.presence,
        agents=users.agents,
        phone=availability,
        omnichannel=omnichannel,
        store=store,
        bus=bus,
        clock=clock,
    )
    phone = PhonePresence(
        settings=settings,
        users=users,
        pools=PoolActivation(enreach),
        availability=availability,
        omnichannel=omnichannel,
        presences=handler,
        store=store,
        bus=bus,
        clock=clock,
    )
    return PresenceServices(handler, PresencePolling(handler, omnichannel), phone, omnichannel, store)
