"""Open callbacks that nobody takes into Dynamics: found at the voice cloud itself, whatever we remember (F1, K10)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.callbacks.model import CallbackOutcome, LeftCallback
from shared.callbacks.open_callbacks import open_callbacks
from shared.callbacks.profiles import left_alone
from shared.clock import Clock
from shared.enreach.client import Enreach
from shared.enreach.model import CallbackListName
from shared.findings import Finding, HealthState, Probe
from shared.settings.model import CallbackProfile
from shared.settings.service import Settings

LONG_AGO = timedelta(days=3650)


@dataclass(frozen=True)
class LeftAlone:
    """``callbacks``: oldest first within a list; ``unreadable``: open ones that lack what every callback has."""

    callbacks: Sequence[LeftCallback]
    unreadable: int


@dataclass(eq=False, repr=False, kw_only=True)
class LeftCallbacks:
    """Compares the open callbacks of every list the API user sees with the profiles."""

    settings: Settings
    enreach: Enreach
    clock: Clock

    async def find(self) -> LeftAlone:
        """Raises what ``Enreach`` and the settings raise."""
        profiles = (await self.settings.snapshot()).callback_profiles
        found: list[LeftCallback] = []
        unreadable = 0
        for one in await self.enreach.callback_lists():
            callbacks, lacking = await self._of_list(one, profiles.get(one.id))
            found += callbacks
            unreadable += lacking
        return LeftAlone(found, unreadable)

    async def _of_list(
        self, one: CallbackListName, profile: CallbackProfile | None
    ) -> tuple[Sequence[LeftCallback], int]:
        now = self.clock()
        callbacks, unreadable = await open_callbacks(self.enreach, one.id, now - LONG_AGO)
        judged = ((callback, left_alone(callback, profile, now)) for callback in callbacks)
        left = [
            LeftCallback(callback.id, one.id, one.name, callback.created_at, why) for callback, why in judged if why
        ]
        return left, unreadable


def left_callbacks(left: LeftCallbacks) -> Probe:
    """For the health page: how many, why, and the cure for each reason."""

    async def probe() -> Finding:
        found = await left.find()
        counted = Counter((one.reason, one.list_name or one.list_id, one.list_id) for one in found.callbacks)
        figures: dict[str, object] = {"leftAlone": len(found.callbacks), "unreadable": found.unreadable}
        if not counted and not found.unreadable:
            return Finding(HealthState.OK, "no open callback is left alone", figures=figures)
        details = [f"{count} of the list {name}: {reason}" for (reason, name, _), count in counted.items()]
        cures = [_cure(reason, name, list_id) for reason, name, list_id in counted]
        if found.unreadable:
            details.append(f"{found.unreadable} that cannot be read")
            cures.append("ask the voice cloud's operator about callbacks without an id or a time")
        cures.append("`callbacks left-alone` lists them")
        return Finding(
            HealthState.DEGRADED, "open callbacks are left alone: " + "; ".join(details), "; ".join(cures), figures
        )

    return probe


def _cure(reason: CallbackOutcome, name: str, list_id: str) -> str:
    if reason is CallbackOutcome.NO_PROFILE:
        return f"give the list {name} an enabled profile: `settings put callback-profile {list_id} FILE`"
    if reason is CallbackOutcome.TOO_OLD:
        return f"raise age_value of the profile {list_id}, or close those of the list {name} at the voice cloud"
    return f"`dead-letters list callbacks` says what keeps those of the list {name}; correct it, then replay"
