"""Who is at the phone: the signed-in person as a user of Dynamics and of the voice cloud (A5)."""

from dataclasses import dataclass

from shared.caching import Cached
from shared.clock import Clock
from shared.enreach.model import PoolRow, VoicePerson
from shared.enreach.overview import Overview
from shared.users.model import LinkedUser
from shared.users.service import Users

PROFILE_KEPT_S = 60.0
MEMBERSHIP_KEPT_S = 15.0


@dataclass(frozen=True)
class CallerNumber:
    """A number that an agent may show to who is called (C4); ``name``: the pool's, empty for the agent's own."""

    number: str
    name: str


@dataclass(frozen=True)
class AgentProfile:
    """``number`` is the agent's own, empty where there is none."""

    number: str
    caller_numbers: tuple[CallerNumber, ...]


class PhoneAgents:
    def __init__(self, users: Users, overview: Overview, clock: Clock) -> None:
        self._users = users
        self._people = Cached(overview.person, PROFILE_KEPT_S, clock)
        self._pools = Cached(overview.pools_of, MEMBERSHIP_KEPT_S, clock)

    async def agent(self, object_id: str) -> LinkedUser:
        """Raises Forbidden ``agent-unknown``, which says what is missing."""
        return await self._users.signed_in(object_id)

    async def person(self, user: LinkedUser) -> VoicePerson:
        return await self._people.get(user.voice_user_id)

    async def pools(self, user: LinkedUser) -> tuple[PoolRow, ...]:
        """The pools a user is a member of, at most 15 s old."""
        return await self._pools.get(user.voice_user_id)

    async def profile(self, user: LinkedUser) -> AgentProfile:
        own = (await self.person(user)).work_number
        shown = [CallerNumber(own, "")] if own else []
        shown += [CallerNumber(number, pool.name) for pool in await self.pools(user) for number in pool.numbers]
        return AgentProfile(own, tuple(shown))
