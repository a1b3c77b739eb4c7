"""When each list was polled last and how that went: the ``polls`` table, partition ``callbacks``, row = list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from shared.callbacks.profiles import Poll, is_due
from shared.settings.model import CallbackProfile
from shared.storage.tables import Table, Values

PARTITION = "callbacks"


@dataclass(eq=False, repr=False)
class Polls:
    """Of several instances, the one that moves the poll's time forward polls."""

    table: Table

    async def claim(self, profile: CallbackProfile, now: datetime) -> bool:
        """Whether this instance is to poll the list now."""
        is_ours = False

        def claimed(values: Values | None) -> Values | None:
            nonlocal is_ours
            last = _to_poll(values) if values else None
            is_ours = is_due(profile, last, now)
            return _values(Poll(now, last.fault if last else "", profile.max_age)) if is_ours else values

        await self.table.update(PARTITION, _key(profile.list_id), claimed)
        return is_ours

    async def note(self, list_id: str, fault: str) -> None:
        """How the poll went: an empty fault when well."""
        await self.table.update(
            PARTITION, _key(list_id), lambda values: _values(replace(_to_poll(values), fault=fault)) if values else None
        )

    async def forget(self, list_id: str) -> None:
        """The list has no enabled profile: should it get one, it is polled at once."""
        await self.table.delete(PARTITION, _key(list_id))

    async def all(self) -> Mapping[str, Poll]:
        """The last poll of each list."""
        return {unquote(row.rk): _to_poll(row.values) async for row in self.table.query(PARTITION)}


def _key(list_id: str) -> str:
    return quote(list_id, safe="")


def _values(poll: Poll) -> Values:
    reach = {} if poll.max_age is None else {"max_age_s": poll.max_age.total_seconds()}
    return {"polled": poll.at, "fault": poll.fault, **reach}


def _to_poll(values: Values) -> Poll:
    reach = values.get("max_age_s")
    return Poll(values["polled"], values["fault"], None if reach is None else timedelta(seconds=reach))
