"""Who may do what: everybody everything, except what is taken away; acting for others only applications."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from local.dynamics.data.store import Store

ACT_FOR_OTHERS = "prvActOnBehalfOfAnotherUser"
DOCUMENT = "privileges"
VERBS = ("Create", "Read", "Write", "Delete", "Assign", "Append", "AppendTo")
SHARED = {"phonecall": "Activity", "systemuser": "User", "queueitem": "QueueItem"}
"""Tables whose privileges have another name: those of every activity are one."""


def privilege_name(verb: str, table: str) -> str:
    """``prvReadContact``; ``prvReadActivity`` for phone calls."""
    return f"prv{verb}{SHARED.get(table, table if '_' in table else table.capitalize())}"


@dataclass(eq=False, repr=False)
class Privileges:
    """Grants and denials per user, kept in the database."""

    store: Store

    def has(self, user_id: str, privilege: str) -> bool:
        """``privilege``: ``prvReadContact``, ``prvWriteActivity``, ``prvActOnBehalfOfAnotherUser``, …"""
        decided = self._decided().get(f"{user_id}/{_key(privilege)}")
        if decided is not None:
            return decided
        return privilege != ACT_FOR_OTHERS or self._is_application(user_id)

    def decide(self, user_id: str, privilege: str, *, granted: bool) -> None:
        decided = {**self._decided(), f"{user_id}/{_key(privilege)}": granted}
        self.store.put_document(DOCUMENT, json.dumps(decided))

    def clear(self) -> None:
        self.store.put_document(DOCUMENT, "{}")

    def held_by(self, user_id: str) -> Iterator[dict[str, Any]]:
        """``RolePrivilege`` of ``RetrieveUserPrivileges``: what a user has by roles and teams."""
        names = [privilege_name(verb, table) for table in self.store.tables for verb in VERBS]
        for name in sorted({*names, ACT_FOR_OTHERS}):
            if self.has(user_id, name):
                identity = str(uuid5(NAMESPACE_URL, name))
                yield {"Depth": "Global", "PrivilegeId": identity, "PrivilegeName": name, "RecordFilterId": None}

    def _decided(self) -> dict[str, bool]:
        decided: dict[str, bool] = json.loads(self.store.document(DOCUMENT) or "{}")
        return decided

    def _is_application(self, user_id: str) -> bool:
        user = self.store.get(self.store.tables["systemuser"], user_id)
        return bool(user and user["applicationid"])


def _key(privilege: str) -> str:
    """A table's own name for a privilege that is another's means that one."""
    key = privilege.lower()
    return next((key.removesuffix(table) + name.lower() for table, name in SHARED.items() if key.endswith(table)), key)
