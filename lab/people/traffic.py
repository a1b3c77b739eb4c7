"""Seeded traffic: customers who call the pools at a given rate, and direct calls of simulated users, both ways."""

import asyncio
import logging
from dataclasses import replace
from random import Random

from lab.day.traffic import PlannedCall, TrafficModel, planned_calls
from lab.people.customers import Behaviour, SimulatedCustomers
from lab.people.users import SimulatedUsers
from shared.errors import VoiceError
from voicecloud.organisation.model import DocumentKind, User
from voicecloud.organisation.service import Directory
from voicecloud.runtime.engine import Engine

EVEN_DAY = (1.0,) * 24
HOURS_A_DAY = 24
PATIENCE_S, TALK_S = 45.0, 20.0
DIRECT_SHARE, MADE_SHARE, KNOWN_SHARE = 0.25, 0.5, 0.5
"""Calls that are direct, those of them that our users make, and calls with a customer of the organisation."""

log = logging.getLogger(__name__)


class Traffic:
    """Runs one plan at a time; the same seed gives the same callers."""

    def __init__(
        self, engine: Engine, directory: Directory, customers: SimulatedCustomers, users: SimulatedUsers, seed: int
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._customers = customers
        self._people = users
        self._seed = seed
        self._task: asyncio.Task[None] | None = None
        self.calls_per_hour = 0.0

    async def set(self, calls_per_hour: float) -> None:
        """0 ends it; calls in progress go on."""
        await self.close()
        self.calls_per_hour = calls_per_hour
        if calls_per_hour > 0:
            self._task = asyncio.create_task(self._run(calls_per_hour))

    async def close(self) -> None:
        self.calls_per_hour = 0.0
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self, calls_per_hour: float) -> None:
        model = TrafficModel(
            self._numbers(), calls_per_hour * HOURS_A_DAY, EVEN_DAY, patience_mean_s=PATIENCE_S, talk_median_s=TALK_S
        )
        random = Random(self._seed)  # noqa: S311 (plays people, keeps no secret)
        for planned in planned_calls(replace(model, seed=self._seed), self._engine.now()):
            await asyncio.sleep(max(0.0, (planned.at - self._engine.now()).total_seconds()))
            try:
                self._make(replace(planned, a_number=self._caller(planned, random)), random)
            except VoiceError as error:
                log.info("a simulated call was refused", extra={"code": error.code})

    def _numbers(self) -> dict[str, float]:
        """The called numbers with their weights."""
        users = [user.work_number for user in self._users()]
        pools = [number for queue in self._directory.queues.values() for number in queue.numbers]
        weights = {number: (1 - DIRECT_SHARE) / len(pools) for number in pools}
        return weights | {number: DIRECT_SHARE / len(users) for number in users}

    def _users(self) -> list[User]:
        return [user for user in self._directory.users.values() if user.simulated and user.work_number]

    def _caller(self, planned: PlannedCall, random: Random) -> str | None:
        customers = [str(one["Number"]) for one in self._directory.documents(DocumentKind.CUSTOMER)]
        known = bool(customers) and random.random() < KNOWN_SHARE
        return random.choice(customers) if known and planned.a_number else planned.a_number

    def _make(self, planned: PlannedCall, random: Random) -> None:
        """A call to a user's own number is as well one that they make themselves, unless a person has their phone."""
        user = next((one for one in self._users() if one.work_number == planned.b_number), None)
        played = user is not None and not self._engine.platform.world.agents[user.id].is_real
        if user and played and user.simulated and planned.a_number and random.random() < MADE_SHARE:
            self._people.dial(user.id, self._people.usual(planned.a_number, user.simulated.terminal, random))
            return
        behaviour = Behaviour(planned.patience_s, planned.talk_s, planned.takes_callback)
        self._customers.call(planned.a_number, planned.b_number, behaviour)
