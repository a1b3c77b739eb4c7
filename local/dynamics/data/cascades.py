"""What a deletion takes with it: parties, queue items, notes; activities about the row; lookups to it are emptied."""

from collections.abc import Callable

from local.dynamics.data.model import Caller, Written
from local.dynamics.data.schema import Table, Type
from local.dynamics.data.store import Store, target_of
from local.dynamics.errors import DataverseError

DELETED_WITH = {
    ("activityparty", "activityid"),
    ("queueitem", "objectid"),
    ("annotation", "objectid"),
    ("phonecall", "regardingobjectid"),
}
"""Lookups whose rows go when the row they point to goes."""


class Cascades:
    """``noted`` tells that a row was changed."""

    def __init__(self, store: Store, noted: Callable[[str, Table, str, frozenset[str], Caller], None]) -> None:
        self._store = store
        self._noted = noted

    def before_delete(self, table: Table, key: str, caller: Caller) -> None:
        """Raises DataverseError for a queue that is not empty."""
        if table.name == "queue" and self._store.select(self._store.tables["queueitem"], '"queueid" = ?', [key]):
            message = "You cannot delete this queue because it has items assigned to it."
            raise DataverseError(400, "0x80040265", message)
        for other in self._store.tables.values():
            for column in other.columns.values():
                if column.type is Type.LOOKUP and any(table.name in targets for targets in column.targets.values()):
                    self._follow(other, column.name, table, key, caller)

    def _follow(self, other: Table, column: str, table: Table, key: str, caller: Caller) -> None:
        where = f'"{column}" = ? AND "{target_of(column)}" = ?'
        for row in self._store.select(other, where, [key, table.name]):
            row_key = row[other.key]
            if (other.name, column) in DELETED_WITH:
                self.before_delete(other, row_key, caller)
                self._store.delete(other, row_key)
                self._store.note(Written("Delete", other, row_key, frozenset(), caller, row))
            else:
                deleted = {"ispartydeleted": 1} if other.name == "activityparty" else {}
                self._store.update(other, row_key, {column: None, target_of(column): None, **deleted})
                self._noted("Update", other, row_key, frozenset({column}), caller)
