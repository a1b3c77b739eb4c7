"""The single checks: every connection, queue, watermark and setting, each with its cure (K7)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from shared.bus.depths import QueueDepths
from shared.callbacks.polls import Polls
from shared.callbacks.rules import Poll, is_overdue
from shared.clock import Clock, to_iso
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.enreach.client import Enreach
from shared.health.model import Finding, State
from shared.identity.watermark import WatermarkStore
from shared.settings.model import CallbackProfile
from shared.settings.service import Settings
from shared.storage.tables import Tables

Probe = Callable[[], Awaitable[Finding]]

INDEX_STALE_AFTER = timedelta(minutes=15)
BACKLOG = 1000


def storage(tables: Tables) -> Probe:
    async def probe() -> Finding:
        await tables.check()
        return Finding(State.OK, "Table Storage answers")

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
                State.DEGRADED,
                f"{depth.dead_letter} messages could not be handled",
                f"list them with `dead-letters list {name}`, mend the cause, then `dead-letters replay {name}`",
                figures,
            )
        if depth.active > BACKLOG:
            return Finding(State.DEGRADED, "a backlog is being worked off", "wait, or allow more instances", figures)
        return Finding(State.OK, "the queue is being worked off", figures=figures)

    return probe


def dataverse(client: Dataverse) -> Probe:
    async def probe() -> Finding:
        who = await client.who_am_i()
        return Finding(State.OK, "Dataverse answers", figures={"userId": str(who.user_id)})

    return probe


def voicecloud(client: Enreach) -> Probe:
    async def probe() -> Finding:
        await client.me()
        return Finding(State.OK, "the voice cloud answers")

    return probe


def index(watermarks: WatermarkStore, clock: Clock) -> Probe:
    """Whether callers can be identified, and how old that knowledge is (K3)."""

    async def probe() -> Finding:
        mark = await watermarks.read()
        if mark.generation is None or mark.synced_at is None:
            return Finding(
                State.FAILED,
                "the number index has not been loaded yet: callers cannot be identified",
                "wait a minute after installation; if it stays, see the dataverse check and the log of index_sync",
            )
        age_s = (clock() - mark.synced_at).total_seconds()
        figures: dict[str, object] = {
            "watermark": to_iso(mark.synced_at),
            "age_s": round(age_s),
            "tables": sorted(mark.delta_links),
        }
        if age_s > INDEX_STALE_AFTER.total_seconds():
            return Finding(State.DEGRADED, "the number index is old", "see the dataverse check", figures)
        return Finding(State.OK, "the number index follows Dataverse", figures=figures)

    return probe


def columns(absent: AbsentColumns) -> Probe:
    """Columns of ours that the environment turned out not to have."""

    async def probe() -> Finding:
        if missing := sorted(await absent.names()):
            return Finding(
                State.DEGRADED,
                "Dynamics lacks columns, which stay unwritten: " + ", ".join(missing),
                "install the columns of infra/dynamics/columns.json; they are tried again within the hour",
            )
        return Finding(State.OK, "no column has been found missing")

    return probe


def settings(service: Settings) -> Probe:
    """Every settings row can be read, and national numbers have a country."""

    async def probe() -> Finding:
        snapshot = await service.snapshot()
        if snapshot.faults:
            listed = "; ".join(f"{name}: {why}" for name, why in snapshot.faults.items())
            return Finding(State.FAILED, listed, "correct or remove these settings rows")
        if snapshot.general.default_region is None:
            return Finding(
                State.DEGRADED,
                "numbers in national form are not read",
                "set default_region of the general settings to your country, for example FI",
            )
        return Finding(State.OK, "all settings can be read")

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
                State.DEGRADED, listed, "correct list_id in the callback profile, or the voice cloud's lists"
            )
        return Finding(State.OK, f"{len(profiles)} callback profiles", figures={"profiles": len(profiles)})

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
        known = await client.get("queues", {"$select": "queueid"})
        missing = wanted - {str(row["queueid"]) for row in known["value"]}
        if missing:
            return Finding(
                State.DEGRADED,
                "no such queue in Dynamics: " + ", ".join(sorted(missing)),
                "correct queue_id in the callback profile, or give the application user read access to the queue",
            )
        return Finding(State.OK, f"{len(wanted)} queues found")

    return probe
