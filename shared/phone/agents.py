"""Who is at the phone: the signed-in person as a user of Dynamics and of the voice cloud (A5)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.enreach.model import PoolRow, VoicePerson
from shared.enreach.overview import Overview
from shared.errors import Forbidden, Unavailable
from shared.phone.caching import Cached
from shared.users.model import User
from shared.users.service import Users

KNOWN_FOR = timedelta(seconds=60)
ASK_AGAIN_AFTER = timedelta(seconds=10)
PATIENCE_S = 2.0
"""So long Dynamics is waited for where the agent is known from before: nobody's hang-up hangs on it."""
PROFILE_KEPT_S = 60.0
MEMBERSHIP_KEPT_S = 15.0


@dataclass(frozen=True)
class CallerNumber:
    """A number that he may show to who he calls (C4); ``name``: the pool's, empty for his own."""

    number: str
    name: str


@dataclass(frozen=True)
class Profile:
    """``number`` is his own, empty where he has none."""

    number: str
    caller_numbers: tuple[CallerNumber, ...]


class PhoneAgents:
    """While Dynamics is away, who was known here before stays known."""

    def __init__(self, users: Users, overview: Overview, clock: Clock) -> None:
        self._users = users
        self._clock = clock
        self._known: dict[str, tuple[datetime, User]] = {}
        self._people = Cached(overview.person, PROFILE_KEPT_S, clock)
        self._pools = Cached(overview.pools_of, MEMBERSHIP_KEPT_S, clock)

    async def agent(self, object_id: str) -> User:
        """Raises Forbidden ``agent-unknown``, which says what is missing."""
        known = self._known.get(object_id)
        if known and self._clock() < known[0]:
            return known[1]
        try:
            async with asyncio.timeout(PATIENCE_S if known else None):
                user = await self._users.by_object_id(object_id)
        except (Unavailable, TimeoutError):
            if known is None:
                raise
            return self._keep(object_id, known[1], ASK_AGAIN_AFTER)
        if user is None:
            self._known.pop(object_id, None)
            raise Forbidden(
                "agent-unknown",
                "no user of Dynamics with a voice-cloud id is signed in so: an administrator sets it",
            )
        return self._keep(object_id, user, KNOWN_FOR)

    async def person(self, user: User) -> VoicePerson:
        return await self._people.get(user.voice_user_id)

    async def pools(self, user: User) -> tuple[PoolRow, ...]:
        """The pools he is a member of, at most 15 s old."""
        return await self._pools.get(user.voice_user_id)

    async def profile(self, user: User) -> Profile:
        own = (await self.person(user)).work_number
        shown = [CallerNumber(own, "")] if own else []
        shown += [CallerNumber(number, pool.name) for pool in await self.pools(user) for number in pool.numbers]
        return Profile(own, tuple(shown))

    def _keep(self, object_id: str, user: User, holds: timedelta) -> User:
        self._known[object_id] = (self._clock() + holds, user)
        return user
