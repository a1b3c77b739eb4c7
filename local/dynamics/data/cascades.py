"""What a deletion takes with it: parties, queue items, notes; activities about the row; lookups to it are emptied."""

from collections.abc import Callable
from dataclasses import dataclass

from local.dynamics.data.model import Caller, Written
from local.dynamics.data.schema import TableSchema, Type
from local.dynamics.data.store import Store, target_of
from local.dynamics.errors import DataverseError

DELETED_WITH = {
    ("activityparty", "activityid"),
    ("queueitem", "objectid"),
    ("annotation", "objectid"),
    ("phonecall", "regardingobjectid"),
}
"""Lookups whose rows go when the row they point to goes."""


@dataclass(eq=False, repr=False)
class Cascades:
    """``noted`` tells that a row was changed."""

    store: Store
    noted: Callable[[str, TableSchema, str, frozenset[str], Caller], None]

    def before_delete(self, table: TableSchema, key: str, caller: Caller) -> None:
        """Raises DataverseError for a queue that is not empty."""
        if table.name == "queue" and self.store.select(self.store.tables["queueitem"], '"queueid" = ?', [key]):
            message = "You cannot delete this queue because it has items assigned to it."
            raise DataverseError(400, "0x80040265", message)
        for other in self.store.tables.values():
            for column in other.columns.values():
                if column.type is Type.LOOKUP and any(table.name in targets for targets in column.targets.values()):
                    self._follow(other, column.name, table, key, caller)

    def _follow(self, other: TableSchema, column: str, table: TableSchema, key: str, caller: Caller) -> None:
        where = f'"{column}" = ? AND "{target_of(column)}" = ?'
        for row in self.store.select(other, where, [key, table.name]):
            row_key = row[other.key]
            if (other.name, column) in DELETED_WITH:
                self.before_delete(other, row_key, caller)
                self.store.delete(other, row_key)
                self.store.note(Written("Delete", other, row_key, frozenset(), caller, row))
            else:
                deleted = {"ispartydeleted": 1} if other.name == "activityparty" else {}
                self.store.update(other, row_key, {column: None, target_of(column): None, **deleted})
                self.noted("Update", other, row_key, frozenset({column}), caller)
