"""Phone calls: closed ones take no changes, parties are written together with the call."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from local.dynamics.data.payload import Payload
from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Row, Store, target_of
from local.dynamics.data.tables import CANCELED, COMPLETED, OPEN, OWNER_PARTY, PARTIES, REGARDING_PARTY
from local.dynamics.errors import invalid, refused

SYSTEM_PARTIES = {OWNER_PARTY: "ownerid", REGARDING_PARTY: "regardingobjectid"}
"""Parties that the server keeps by itself, and the lookup each follows."""


class Activities:
    """``closed_read_only``: whether a completed or cancelled activity refuses changes, as many environments do.

    ``system_parties``: whether the server keeps parties for owner and regarding beside those that are given.
    """

    def __init__(self, store: Store, payload: Payload, now: Callable[[], str]) -> None:
        self._store = store
        self._payload = payload
        self._now = now
        self.closed_read_only = True
        self.system_parties = False

    def before_create(self, table: TableSchema, row: Row) -> None:
        if table.name == "phonecall":
            row["activitytypecode"] = table.name

    def before_update(self, table: TableSchema, row: Row, changes: Row) -> None:
        """Raises DataverseError for a closed activity; reopening it is a change that it takes."""
        if table.name != "phonecall":
            return
        if row["statecode"] in {COMPLETED, CANCELED} and self.closed_read_only and changes.get("statecode") != OPEN:
            raise refused("Cannot update Closed or Cancelled Activity")
        if changes.get("statecode") == COMPLETED:
            self._complete({**row, **changes}, changes)

    def write_parties(self, table: TableSchema, key: str, body: Mapping[str, Any]) -> None:
        """Replaces the listed parties, if the body lists any, and brings the server's own up to date."""
        if table.name != "phonecall":
            return
        if PARTIES in body:
            self._replace(key, body[PARTIES])
        if not self.system_parties:
            return
        row = self._store.get(table, key) or {}
        for mask, column in SYSTEM_PARTIES.items():
            self._follow(key, mask, row.get(column), row.get(target_of(column)))

    def _complete(self, merged: Row, changes: Row) -> None:
        """The server notes when the activity ended, and how long it took if it knows the start."""
        changes.setdefault("actualend", merged.get("actualend") or self._now())
        start, end = merged.get("actualstart"), changes["actualend"]
        if start and end and merged.get("actualdurationminutes") is None:
            seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
            changes["actualdurationminutes"] = max(0, round(seconds / 60))

    def _replace(self, key: str, listed: object) -> None:
        table = self._store.tables["activityparty"]
        if not isinstance(listed, list):
            raise invalid("phonecalls", f"'{PARTIES}' must be a collection.")
        rows = [self._party(table, one) for one in listed]
        marks = ", ".join("?" for _ in SYSTEM_PARTIES)
        where = f'"activityid" = ? AND "participationtypemask" NOT IN ({marks})'
        for party in self._store.select(table, where, [key, *SYSTEM_PARTIES]):
            self._store.delete(table, party[table.key])
        for row in rows:
            self._insert(table, key, row)

    def _party(self, table: TableSchema, one: object) -> Row:
        if not isinstance(one, Mapping):
            raise invalid("phonecalls", f"'{PARTIES}' must be a collection of objects.")
        row = self._payload.values(table, one, creating=True)
        if row.get("participationtypemask") is None:
            raise refused("The participationtypemask of an activity party is missing.")
        if not row.get("partyid") and not row.get("addressused") and not row.get("unresolvedpartyname"):
            raise refused("An activity party needs a party or an address.")
        return row

    def _follow(self, key: str, mask: int, wanted: str | None, kind: str | None) -> None:
        table = self._store.tables["activityparty"]
        found = self._store.select(table, '"activityid" = ? AND "participationtypemask" = ?', [key, mask])
        if [one["partyid"] for one in found] == [wanted]:
            return
        for one in found:
            self._store.delete(table, one[table.key])
        if wanted:
            self._insert(table, key, {"participationtypemask": mask, "partyid": wanted, target_of("partyid"): kind})

    def _insert(self, table: TableSchema, key: str, row: Row) -> None:
        activity = {"activityid": key, target_of("activityid"): "phonecall"}
        self._store.insert(table, {**row, **activity, "ispartydeleted": 0, table.key: str(uuid4())})
