"""Who may do what: everybody everything, except what is taken away; acting for others only applications."""

import json

from local.dynamics.data.store import Store

ACT_FOR_OTHERS = "prvActOnBehalfOfAnotherUser"
DOCUMENT = "privileges"


class Privileges:
    """Grants and denials per user, kept in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def has(self, user_id: str, privilege: str) -> bool:
        """``privilege``: ``prvReadContact``, ``prvWritePhonecall``, ``prvActOnBehalfOfAnotherUser``, …"""
        decided = self._decided().get(f"{user_id}/{privilege.lower()}")
        if decided is not None:
            return decided
        return privilege != ACT_FOR_OTHERS or self._is_application(user_id)

    def decide(self, user_id: str, privilege: str, *, granted: bool) -> None:
        decided = {**self._decided(), f"{user_id}/{privilege.lower()}": granted}
        self._store.put_document(DOCUMENT, json.dumps(decided))

    def clear(self) -> None:
        self._store.put_document(DOCUMENT, "{}")

    def _decided(self) -> dict[str, bool]:
        decided: dict[str, bool] = json.loads(self._store.document(DOCUMENT) or "{}")
        return decided

    def _is_application(self, user_id: str) -> bool:
        user = self._store.get(self._store.tables["systemuser"], user_id)
        return bool(user and user["applicationid"])
