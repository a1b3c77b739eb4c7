"""Runs every check at once and remembers since when each state has held."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from shared.clock import Clock
from shared.errors import VoiceError
from shared.findings import Check, Finding, HealthState, Probe, Report
from shared.health.cures import A_FAULT_OF_OURS, cure_of, cure_of_slow
from shared.storage.tables import Table, Values

PARTITION = "health"
TIME_OUT_S = 10.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Health:
    """The checks by name. ``table``: where since when is kept; None where no storage is set up."""

    checks: Mapping[str, Probe]
    table: Table | None
    clock: Clock

    async def report(self) -> Report:
        """All checks, none longer than ten seconds. Never raises: what fails is what is reported."""
        now = self.clock()
        findings = await asyncio.gather(*(_find(name, probe) for name, probe in self.checks.items()))
        named = dict(zip(self.checks, findings, strict=True))
        since = await self._since(named, now)
        return Report([Check(name, finding, since.get(name, now)) for name, finding in named.items()], now)

    async def _since(self, found: Mapping[str, Finding], now: datetime) -> dict[str, datetime]:
        """When each state began; unknown while storage is away."""
        if self.table is None:
            return {}
        try:
            kept = {row.rk: row async for row in self.table.query(PARTITION)}
            for name, finding in found.items():
                if name not in kept or kept[name].values["state"] != finding.state:
                    kept[name] = await self.table.update(PARTITION, name, partial(_in_state, finding.state, now))
        except VoiceError:
            return {}
        return {name: row.values["since"] for name, row in kept.items()}


def _in_state(state: HealthState, now: datetime, before: Values | None) -> Values:
    return before if before and before["state"] == state else {"state": state, "since": now}


async def _find(name: str, probe: Probe) -> Finding:
    try:
        async with asyncio.timeout(TIME_OUT_S):
            return await probe()
    except VoiceError as error:
        return Finding(HealthState.FAILED, str(error), cure_of(error.code))
    except TimeoutError:
        return Finding(HealthState.FAILED, f"no answer within {TIME_OUT_S:.0f} s", cure_of_slow(name))
    except Exception:
        # A fault of one check must not hide what the others found.
        log.exception("health check failed", extra={"check": name})
        return Finding(HealthState.FAILED, "the check itself failed", A_FAULT_OF_OURS)
