"""What the health page says (K7)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.clock import to_iso


class HealthState(StrEnum):
    """From best to worst; the whole is as good as its worst check."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """What one check found. ``cure`` says what to do when it is not ok; ``figures`` are numbers and times to show."""

    state: HealthState
    detail: str
    cure: str = ""
    figures: dict[str, object] = field(default_factory=dict)


Probe = Callable[[], Awaitable[Finding]]
"""One check: it finds something, or raises a VoiceError, whose cure is shown."""


@dataclass(frozen=True)
class Check:
    """A finding with its name and the moment since which the state is what it is."""

    name: str
    finding: Finding
    since: datetime

    def to_json(self) -> dict[str, object]:
        document: dict[str, object] = {
            "name": self.name,
            "state": self.finding.state,
            "since": to_iso(self.since),
            "detail": self.finding.detail,
        }
        if self.finding.cure:
            document["cure"] = self.finding.cure
        return {**document, **self.finding.figures}


@dataclass(frozen=True)
class Report:
    """All checks at one moment."""

    checks: Sequence[Check]
    checked_at: datetime

    @property
    def state(self) -> HealthState:
        order = list(HealthState)
        return max((check.finding.state for check in self.checks), key=order.index, default=HealthState.OK)

    def to_json(self) -> dict[str, object]:
        return {
            "state": self.state,
            "checkedAt": to_iso(self.checked_at),
            "checks": [check.to_json() for check in self.checks],
        }
