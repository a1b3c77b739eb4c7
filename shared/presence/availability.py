"""The voice cloud's side: availability as events with an optional end (B1-B4)."""

from dataclasses import dataclass
from datetime import timedelta

from shared.clock import Clock
from shared.enreach.client import Enreach
from shared.enreach.model import AvailabilityEvent
from shared.presence.limit import limited
from shared.presence.model import Availability
from shared.settings.presence import PresenceSettings, Status
from shared.settings.service import Settings
from shared.statuses import StatusKind
from shared.users.model import Agent


@dataclass(eq=False, repr=False)
class PhoneAvailability:
    """Methods raise as ``Enreach`` says, and Unavailable ``presence-time-out``."""

    enreach: Enreach
    settings: Settings
    clock: Clock

    async def read(self, agent: Agent) -> Availability | None:
        """None for a status that the settings do not know."""
        async with limited():
            event = await self.enreach.availability(agent.voice_id)
        return _to_availability(event, await self.settings.presence())

    async def write(self, agent: Agent, kind: StatusKind) -> Availability:
        """Sets the status of a kind, until it is changed."""
        settings = await self.settings.presence()
        status = settings.status_for(kind)
        return await self.set(agent, status, status.note, None)

    async def set(self, agent: Agent, status: Status, note: str, length_s: float | None) -> Availability:
        """Sets a status by name, for as long as it usually lasts or for ``length_s``."""
        length_s = status.length_s if length_s is None else length_s
        ends_at = None if length_s is None else self.clock() + timedelta(seconds=length_s)
        async with limited():
            event = await self.enreach.set_availability(agent.voice_id, status.event_type, note, ends_at)
        return Availability(event.id, status.kind, status.name, event.note, event.starts_at, event.ends_at)

    async def is_talking(self, agent: Agent) -> bool:
        async with limited():
            return await self.enreach.is_talking(agent.voice_id)


def _to_availability(event: AvailabilityEvent, settings: PresenceSettings) -> Availability | None:
    status = settings.status_of(event.type_id, event.note)
    if status is None:
        return None
    return Availability(event.id, status.kind, status.name, event.note, event.starts_at, event.ends_at)
