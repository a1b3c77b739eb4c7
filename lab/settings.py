"""Settings of the lab, from ``LAB_…`` environment variables (docs/lab.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.errors import Misconfigured


@dataclass(frozen=True)
class LabSettings:
    """``seed``: the same one gives the same simulated callers."""

    calls_per_hour: float = 0.0
    seed: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises Misconfigured ``setting`` when a value cannot be read."""
        return cls(
            calls_per_hour=_number(environment, "LAB_CALLS_PER_HOUR", cls.calls_per_hour),
            seed=int(_number(environment, "LAB_SEED", cls.seed)),
        )


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(environment.get(name) or default)
    except ValueError as error:
        raise Misconfigured("setting", f"{name} is no number") from error
    if not 0 <= value < float("inf"):
        raise Misconfigured("setting", f"{name} is negative or endless")
    return value
