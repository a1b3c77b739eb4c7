"""The health report on real tables."""

from datetime import timedelta

from shared.clock import utc_now
from shared.findings import Finding, HealthState
from shared.health.service import Health
from shared.storage.tables import Tables


async def ok() -> Finding:
    return Finding(HealthState.OK, "fine")


async def broken() -> Finding:
    raise ZeroDivisionError


async def test_a_check_that_breaks_hides_no_other(tables: Tables) -> None:
    """A fault in one check is itself reported as failed, beside what the others found."""
    report = await Health(checks={"good": ok, "bad": broken}, table=tables.table("health"), clock=utc_now).report()
    assert {check.name: check.finding.state for check in report.checks} == {
        "good": HealthState.OK,
        "bad": HealthState.FAILED,
    }
    assert report.state is HealthState.FAILED


async def test_a_state_keeps_the_moment_it_began(tables: Tables) -> None:
    """Since when something has been so survives restarts of the app."""
    start = utc_now().replace(microsecond=0)
    for minutes in (0, 5):
        health = Health(
            checks={"good": ok}, table=tables.table("health"), clock=lambda now=start + timedelta(minutes=minutes): now
        )
        report = await health.report()
    assert report.checks[0].since == start
