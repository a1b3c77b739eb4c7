"""The single checks: every connection, queue, watermark and setting, each with its cure (K7)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.bus.depths import QueueDepths
from shared.callbacks.polls import Polls
from shared.callbacks.profiles import Poll, is_overdue
from shared.clock import Clock, to_iso
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.enreach.client import Enreach
from shared.findings import Finding, HealthState, Probe
from shared.health.cures import cure_of
from shared.identity.model import CustomerKind
from shared.identity.watermark import SyncFault, Watermark, WatermarkStore
from shared.settings.model import CallbackProfile
from shared.settings.phone import EVERY_PAGE
from shared.settings.service import Settings
from shared.storage.tables import Tables

INDEX_STALE_AFTER = timedelta(minutes=15)
BACKLOG = 1000
NOTHING_RECORDED = "phones opened inside Dynamics pause the recording of every call"
NO_LEADS = (CustomerKind.LEAD, "dataverse-table-missing")


def storage(tables: Tables) -> Probe:
    async def probe() -> Finding:
        await tables.check()
        return Finding(HealthState.OK, "Table Storage answers")

    return probe


def queue(depths: QueueDepths, name: str) -> Probe:
    """Depth and dead letters of one queue; a dead letter is work that waits for a person."""

    async def probe() -> Finding:
        depth = await depths.of(name)
        figures: dict[str, object] = {
            "active": depth.active,
            "scheduled": depth.scheduled,
            "deadLetters": depth.dead_letter,
        }
        if depth.dead_letter:
            return Finding(
                HealthState.DEGRADED,
                f"{depth.dead_letter} messages could not be handled",
                f"`dead-letters list {name}` names their reasons (docs/errors.md); then `dead-letters replay {name}`",
                figures,
            )
        if depth.active > BACKLOG:
            return Finding(
                HealthState.DEGRADED, "a backlog is being worked off", "wait, or raise the app's Maximum Burst", figures
            )
        return Finding(HealthState.OK, "the queue is being worked off", figures=figures)

    return probe


def dataverse(client: Dataverse) -> Probe:
    async def probe() -> Finding:
        who = await client.who_am_i()
        return Finding(HealthState.OK, "Dataverse answers", figures={"userId": str(who.user_id)})

    return probe


def voicecloud(client: Enreach) -> Probe:
    async def probe() -> Finding:
        await client.me()
        return Finding(HealthState.OK, "the voice cloud answers")

    return probe


def index(watermarks: WatermarkStore, clock: Clock) -> Probe:
    """Whether callers can be identified, and how old that knowledge is (K3)."""

    async def probe() -> Finding:
        mark = await watermarks.read()
        if mark.generation is None or mark.synced_at is None:
            return _not_loaded(mark)
        age_s = (clock() - mark.synced_at).total_seconds()
        figures: dict[str, object] = {
            "watermark": to_iso(mark.synced_at),
            "age_s": round(age_s),
            "tables": sorted(mark.delta_links),
        }
        if unread := _unread(mark):
            detail = "; ".join(f"{kind}s are not followed: {fault.message}" for kind, fault in unread.items())
            cure = "; ".join(_table_cure(kind, fault) for kind, fault in unread.items())
            return Finding(HealthState.DEGRADED, detail, cure, figures)
        if age_s > INDEX_STALE_AFTER.total_seconds():
            cure = "run `index sync`, which says what keeps it; where it runs, see that the app's timers run"
            return Finding(HealthState.DEGRADED, f"the number index is {age_s / 60:.0f} minutes old", cure, figures)
        return Finding(HealthState.OK, "the number index follows Dataverse", figures=figures)

    return probe


def _not_loaded(mark: Watermark) -> Finding:
    detail = "the number index has not been loaded yet: callers cannot be identified"
    if unread := _unread(mark):
        why = "; ".join(f"{kind}: {fault.message}" for kind, fault in unread.items())
        cure = "; ".join(_table_cure(kind, fault) for kind, fault in unread.items())
        return Finding(HealthState.FAILED, f"{detail} ({why})", cure)
    return Finding(HealthState.FAILED, detail, "run `index sync`, which loads it, and says why where it cannot")


def _unread(mark: Watermark) -> dict[CustomerKind, SyncFault]:
    """What is wrong with single tables; that an environment has no leads is not wrong."""
    return {kind: one for kind, one in mark.faults.items() if (kind, one.code) != NO_LEADS}


def _table_cure(kind: CustomerKind, fault: SyncFault) -> str:
    table = kind.capitalize()
    place = f"make.powerapps.com → Tables → {table} → Properties"
    if fault.code == "dataverse-tracking-off":
        return f"switch on Track changes of the table {table} ({place}) and publish"
    if fault.code == "dataverse-forbidden":
        return f"give the role Voice ApiUser the privilege Read on {table}, at the level Organization"
    return cure_of(fault.code)


def settings(service: Settings) -> Probe:
    """Every settings row can be read, and national numbers have a country."""

    async def probe() -> Finding:
        snapshot = await service.snapshot()
        if snapshot.faults:
            listed = "; ".join(f"{name}: {why}" for name, why in snapshot.faults.items())
            paused = f"; {NOTHING_RECORDED}" if snapshot.phone.unrecorded_pages == EVERY_PAGE else ""
            cure = "correct each with `settings put KIND NAME FILE`, or `settings remove` it"
            return Finding(HealthState.FAILED, listed + paused, cure)
        if snapshot.ignored:
            listed = "; ".join(f"{name}: {why}" for name, why in snapshot.ignored.items())
            cure = "correct the names with `settings put KIND NAME FILE`, or `settings remove` the row"
            return Finding(HealthState.DEGRADED, f"settings that nothing reads: {listed}", cure)
        if snapshot.general.default_region is None:
            return Finding(
                HealthState.DEGRADED,
                "numbers in national form are not read",
                "set default_region of the general settings to your country, for example FI",
            )
        return Finding(HealthState.OK, "all settings can be read")

    return probe


def callback_lists(service: Settings, enreach: Enreach, polls: Polls, clock: Clock) -> Probe:
    """Every profile's list exists at the voice cloud, is polled as often as it should be, and that goes well (F1)."""

    async def probe() -> Finding:
        profiles = (await service.snapshot()).callback_profiles
        known = {one.id for one in await enreach.callback_lists()} if profiles else set()
        faults = {**_poll_faults(profiles, await polls.all(), clock()), **_unknown_lists(profiles, known)}
        if faults:
            listed = "; ".join(f"{name}: {why}" for name, why in faults.items())
            return Finding(
                HealthState.DEGRADED, listed, "correct list_id in the callback profile, or the voice cloud's lists"
            )
        return Finding(HealthState.OK, f"{len(profiles)} callback profiles", figures={"profiles": len(profiles)})

    return probe


def _poll_faults(profiles: Mapping[str, CallbackProfile], polls: Mapping[str, Poll], now: datetime) -> dict[str, str]:
    faults = {name: poll.fault for name, poll in polls.items() if name in profiles and poll.fault}
    overdue = (name for name, profile in profiles.items() if is_overdue(profile, polls.get(name), now))
    return {**{name: f"not polled since {to_iso(polls[name].at)}" for name in overdue}, **faults}


def _unknown_lists(profiles: Mapping[str, CallbackProfile], known: set[str]) -> dict[str, str]:
    return dict.fromkeys(profiles.keys() - known, "the voice cloud has no such callback list")


def callback_queues(service: Settings, client: Dataverse) -> Probe:
    """Every profile's Dynamics queue exists (F1)."""

    async def probe() -> Finding:
        wanted = {str(profile.queue_id) for profile in (await service.snapshot()).callback_profiles.values()}
        known = await client.every(names.QUEUES, {"$select": "queueid"})
        missing = wanted - {str(row["queueid"]).lower() for row in known}
        if missing:
            return Finding(
                HealthState.DEGRADED,
                "no such queue in Dynamics: " + ", ".join(sorted(missing)),
                "correct queue_id in the callback profile, or give the application user read access to the queue",
            )
        return Finding(HealthState.OK, f"{len(wanted)} queues found")

    return probe
