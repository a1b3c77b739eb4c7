"""Whether the voice cloud's call records are read, and what the last repair found (K10)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared.clock import Clock, to_iso
from shared.enterprise_calls.sync import EnterpriseCalls, Mark
from shared.findings import Finding, HealthState

SYNC_STALE_AFTER = timedelta(minutes=15)
REPAIR_STALE_AFTER = timedelta(hours=6)
MANY_DELETED = 10
"""A person deletes an activity now and then, which is only counted; so many in a day point to a restored
or emptied environment."""


def calls(sync: EnterpriseCalls, clock: Clock) -> Callable[[], Awaitable[Finding]]:
    async def probe() -> Finding:
        mark, now = await sync.mark(), clock()
        if mark.begun_at is None and mark.synced_at is None:
            return Finding(HealthState.OK, "call records have not been read yet: the first run follows")
        return _stale(mark, now) or _mended(mark)

    return probe


def _stale(mark: Mark, now: datetime) -> Finding | None:
    """What has not worked since: it never has, or not for long."""
    begun = mark.begun_at or mark.synced_at or now
    if now - (mark.synced_at or begun) > SYNC_STALE_AFTER:
        what, command = "call records are not being read", "calls sync"
    elif now - (mark.repaired_at or begun) > REPAIR_STALE_AFTER:
        what, command = "calls that were not logged are not being looked for", "calls repair"
    else:
        return None
    cure = (
        f"run `{command}`: it does so now, or names the error that keeps it (docs/errors.md has its cure); where "
        f"it runs, switch on the app's timer {command.replace(' ', '_')} (Azure portal → the app → Functions)"
    )
    return Finding(HealthState.DEGRADED, what, cure, _figures(mark))


def _mended(mark: Mark) -> Finding:
    if mark.unreadable:
        return Finding(
            HealthState.DEGRADED,
            f"{mark.unreadable} rows of the voice cloud's call records cannot be read",
            "they lack an id, a call id or a time: ask the voice cloud's operator",
            _figures(mark),
        )
    if mark.repaired or mark.stuck:
        return Finding(
            HealthState.DEGRADED,
            f"the last repair found {mark.repaired} calls that were not logged and {mark.stuck} that never ended",
            "these are being written: `calls unlogged` lists what is still missing, and why; where it comes back, "
            "webhooks do not arrive: make them again at the voice cloud (docs/deploying.md, step 4)",
            _figures(mark),
        )
    if mark.deleted >= MANY_DELETED:
        return Finding(
            HealthState.DEGRADED,
            f"{mark.deleted} activities of calls of the last day were deleted in Dynamics",
            "if that was not meant, `calls unlogged` lists them and `calls restore` makes them again",
            _figures(mark),
        )
    said = (
        f", {mark.deleted} of them that it was deleted in Dynamics: `calls unlogged` names it" if mark.deleted else ""
    )
    return Finding(
        HealthState.OK, "every call record has its activity, or a reason why not" + said, figures=_figures(mark)
    )


def _figures(mark: Mark) -> dict[str, object]:
    return {
        "watermark": mark.synced_at and to_iso(mark.synced_at),
        "repairedAt": mark.repaired_at and to_iso(mark.repaired_at),
        "repaired": mark.repaired,
        "stuck": mark.stuck,
        "unreadable": mark.unreadable,
        "deleted": mark.deleted,
    }
