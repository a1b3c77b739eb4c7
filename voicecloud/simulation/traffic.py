"""Seeded traffic: simulated customers who call the pools at a given rate, as a contact centre's do."""

import asyncio
import logging
from dataclasses import replace

from shared.errors import VoiceError
from voicecloud.organisation.service import Directory
from voicecloud.routing.traffic import TrafficModel, planned_calls
from voicecloud.runtime.engine import Engine
from voicecloud.simulation.customers import Behaviour, Customers

EVEN_DAY = (1.0,) * 24
HOURS_A_DAY = 24
PATIENCE_S, TALK_S = 45.0, 20.0

log = logging.getLogger(__name__)


class Traffic:
    """Runs one plan at a time; the same seed gives the same callers."""

    def __init__(self, engine: Engine, directory: Directory, customers: Customers, seed: int) -> None:
        self._engine = engine
        self._directory = directory
        self._customers = customers
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
        numbers = {number: 1.0 for queue in self._directory.queues.values() for number in queue.numbers}
        model = TrafficModel(
            numbers, calls_per_hour * HOURS_A_DAY, EVEN_DAY, patience_mean_s=PATIENCE_S, talk_median_s=TALK_S
        )
        for planned in planned_calls(replace(model, seed=self._seed), self._engine.now()):
            await asyncio.sleep(max(0.0, (planned.at - self._engine.now()).total_seconds()))
            behaviour = Behaviour(planned.patience_s, planned.talk_s, planned.takes_callback)
            try:
                self._customers.call(planned.a_number, planned.b_number, behaviour)
            except VoiceError as error:
                log.warning("a simulated call was refused", extra={"code": error.code})
