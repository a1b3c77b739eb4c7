"""Random traffic as a plan: who calls when, how patient, how talkative. The same seed gives the same calls for ever.

Arrivals are a Poisson process whose rate follows the hour of the day, patience is exponential, talk times are
log-normal: the usual model of a call centre.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

SECONDS_PER_DAY = 86_400.0

OFFICE_DAY: tuple[float, ...] = (
    *(0.05, 0.05, 0.05, 0.05, 0.05, 0.1),
    *(0.3, 0.8, 1.6, 2.2, 2.4, 2.0),
    *(1.6, 1.9, 2.1, 1.9, 1.5, 1.0),
    *(0.6, 0.4, 0.3, 0.2, 0.15, 0.1),
)
"""How busy each hour of the day (UTC) is; only the proportions count."""


@dataclass(frozen=True, slots=True)
class TrafficModel:
    """``numbers`` are the called numbers with their weights; ``calls_per_day`` is the expected number of calls.

    ``patience_mean_s`` is how long callers wait on average before they give up, ``talk_median_s`` and ``talk_spread``
    (sigma of the logarithm) how long they talk. Shares are between 0 and 1.
    """

    numbers: Mapping[str, float]
    calls_per_day: float = 2_000.0
    hours: tuple[float, ...] = OFFICE_DAY
    callers: int = 500
    caller_prefix: str = "+35840"
    patience_mean_s: float = 180.0
    talk_median_s: float = 150.0
    talk_spread: float = 0.8
    withheld_share: float = 0.02
    callback_share: float = 0.4
    key_share: float = 0.1
    caller_ends_share: float = 0.6
    seed: int = 0

    def rate_per_s(self, moment: datetime) -> float:
        """Calls expected per second at this moment of the day."""
        return self._rate(self.hours[moment.astimezone(UTC).hour])

    @property
    def highest_rate_per_s(self) -> float:
        return self._rate(max(self.hours))

    def _rate(self, hour: float) -> float:
        return self.calls_per_day / SECONDS_PER_DAY * hour * len(self.hours) / sum(self.hours)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One caller and what they will do: wait ``patience_s`` at most, talk ``talk_s`` once answered, press ``1`` when
    offered a callback or not, press it unasked in the queue, and hang up first or leave that to the other side."""

    number: int
    at: datetime
    a_number: str | None
    b_number: str
    patience_s: float
    talk_s: float
    takes_callback: bool
    presses_key_after_s: float | None
    ends_first: bool


def planned_calls(model: TrafficModel, start: datetime) -> Iterator[PlannedCall]:
    """Calls from ``start`` on, without end, in order of time."""
    random = Random(f"traffic-{model.seed}")  # noqa: S311 - a model of people, not a secret
    moment, number = start, 0
    while True:
        moment += timedelta(seconds=random.expovariate(model.highest_rate_per_s))
        if random.random() * model.highest_rate_per_s < model.rate_per_s(moment):
            number += 1
            yield _planned(model, random, number, moment)


def _planned(model: TrafficModel, random: Random, number: int, moment: datetime) -> PlannedCall:
    caller = f"{model.caller_prefix}{random.randrange(model.callers):07d}"
    presses = random.random() < model.key_share
    return PlannedCall(
        number=number,
        at=moment,
        a_number=None if random.random() < model.withheld_share else caller,
        b_number=random.choices(list(model.numbers), weights=list(model.numbers.values()))[0],
        patience_s=random.expovariate(1 / model.patience_mean_s),
        talk_s=random.lognormvariate(log(model.talk_median_s), model.talk_spread),
        takes_callback=random.random() < model.callback_share,
        presses_key_after_s=random.uniform(5, 120) if presses else None,
        ends_first=random.random() < model.caller_ends_share,
    )
