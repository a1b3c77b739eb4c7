"""A simulated day: ``python -m lab.day --calls 10000 --seed 7`` (default: a random seed).

Discrete events with a clock that jumps. After every event the invariants are checked; a broken one ends the run with
exit code 1 and the seed that repeats it. The result is one line of JSON.
"""

import argparse
import json
import secrets
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count, islice
from random import Random
from time import perf_counter

from lab.day.invariants import Witness
from lab.day.people import AgentStep, Later, People
from lab.day.scenario import number_of, organisation
from lab.day.traffic import TrafficModel, planned_calls
from shared.errors import VoiceError
from voicecloud.records.model import CallRecord
from voicecloud.routing.effects import Effect, RequestCallback
from voicecloud.routing.events import Event
from voicecloud.routing.platform import Platform

START = datetime(2026, 3, 2, tzinfo=UTC)
WHIM_EVERY_S = 1_800.0


@dataclass(slots=True)
class Result:
    """``calls`` counts all calls, also those that agents dialled; ``ends`` the reasons they ended with."""

    seed: int
    calls: int
    answered: int
    events: int
    refused: int
    callbacks: int
    longest_wait_s: float
    ends: Counter[str]
    elapsed_s: float = 0.0


class Simulation:
    """One run over ``calls`` outside calls, at the rate of ``calls`` a day."""

    def __init__(self, calls: int, seed: int) -> None:
        self.random = Random(f"people-{seed}")  # noqa: S311 - people's whims, not a secret
        configuration = organisation()
        self.platform = Platform(configuration, START)
        self.people = People(self.platform, self.random)
        self.witness = Witness(self.platform)
        self.result = Result(seed, 0, 0, 0, 0, 0, 0.0, Counter())
        self._agenda: list[tuple[datetime, int, AgentStep]] = []
        self._order = count()
        numbers = {number_of(pool_id): 8.0 for pool_id in configuration.pools}
        numbers |= {user.number: 0.1 for user in configuration.users.values() if user.number}
        model = TrafficModel(numbers | {"+358999": 0.5}, calls_per_day=calls, seed=seed)
        self._plans = islice(planned_calls(model, START), calls)
        self._coming = next(self._plans, None)

    def run(self) -> Result:
        """Plays the day to the end of its last call. Raises AssertionError when an invariant is broken."""
        began = perf_counter()
        self._plan(START, self.people.arrive())
        for user_id in self.platform.configuration.users:
            self._whim_later(START, user_id)
        while (now := self._next_moment()) is not None:
            self._play(now)
        self.witness.over()
        self.result.elapsed_s = perf_counter() - began
        return self.result

    def _next_moment(self) -> datetime | None:
        moments = (
            self._coming.at if self._coming else None,
            self._agenda[0][0] if self._agenda else None,
            self.platform.next_due(),
        )
        return min((moment for moment in moments if moment), default=None)

    def _play(self, now: datetime) -> None:
        """Whatever is next: a timer of the platform, a new caller, or what somebody had in mind."""
        due = self.platform.next_due()
        if due is not None and due <= now:
            self._watch(None, self.platform.tick(now), now)
        elif self._coming and self._coming.at <= now:
            self._plan(now, self.people.call(self._coming))
            self._coming = next(self._plans, None)
        else:
            _, _, deed = heappop(self._agenda)
            event = deed() if callable(deed) else deed
            if event is not None:
                self._tell(event, now)

    def _tell(self, event: Event, now: datetime) -> None:
        self.result.events += 1
        try:
            self._watch(event, self.platform.handle(event, now), now)
        except VoiceError:
            self.result.refused += 1
            self._watch(None, self.platform.tick(now), now)

    def _watch(self, event: Event | None, effects: list[Effect], now: datetime) -> None:
        for row in self.witness.told(event, effects, now):
            self._count(row)
        for effect in effects:
            self._plan(now, self.people.react(effect))
            self.result.callbacks += isinstance(effect, RequestCallback)

    def _plan(self, now: datetime, reactions: Iterable[Later]) -> None:
        for delay_s, deed in reactions:
            heappush(self._agenda, (now + timedelta(seconds=delay_s), next(self._order), deed))

    def _whim_later(self, now: datetime, user_id: str) -> None:
        def has_whim() -> None:
            moment = self.platform.world.now
            if self._coming:
                self._plan(moment, self.people.whim(user_id))
                self._whim_later(moment, user_id)

        self._plan(now, [(self.random.expovariate(1 / WHIM_EVERY_S), has_whim)])

    def _count(self, row: CallRecord) -> None:
        self.people.plans.pop(row.call_id, None)
        self.result.calls += 1
        self.result.answered += row.first_answered_at is not None
        self.result.longest_wait_s = max(self.result.longest_wait_s, row.wait_s)
        self.result.ends[row.end_reason or ""] += 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.day", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options = parser.parse_args(arguments)
    try:
        result = Simulation(options.calls, options.seed).run()
    except Exception:
        sys.stderr.write(f"repeat with --calls {options.calls} --seed {options.seed}\n")
        raise
    sys.stdout.write(json.dumps(_plain(result)) + "\n")
    return 0


def _plain(result: Result) -> dict[str, object]:
    return {
        "seed": result.seed,
        "calls": result.calls,
        "answered": result.answered,
        "events": result.events,
        "refused": result.refused,
        "callbacks": result.callbacks,
        "longest_wait_s": round(result.longest_wait_s, 1),
        "ends": dict(result.ends.most_common()),
        "elapsed_s": round(result.elapsed_s, 2),
    }
