"""The configuration in memory: loaded at the start, every change written before it holds."""

from collections.abc import Callable
from typing import Any

from shared.errors import Misconfigured, Missing
from voicecloud.organisation.model import CallbackList, Document, Kind, Organisation, User
from voicecloud.organisation.store import Documents


class Directory:
    """Who and what there is. One process owns the configuration, so its memory is the truth that Tables keep."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.organisation = Organisation("", "")
        self.users: dict[str, User] = {}
        self.callback_lists: dict[str, CallbackList] = {}
        self.webhooks: list[Document] = []
        self.customers: list[Document] = []

    async def load(self) -> None:
        """Raises Misconfigured ``organisation-missing`` when nothing is configured."""
        heads = [Organisation.from_document(one) async for one in self._documents.all(Kind.ORGANIZATION)]
        if not heads:
            raise Misconfigured("organisation-missing", "no organisation is configured: give VOICECLOUD_SEED")
        self.organisation = heads[0]
        self.users = await self._by_id(Kind.USER, User.from_document)
        self.callback_lists = await self._by_id(Kind.CALLBACK_LIST, CallbackList.from_document)
        self.webhooks = [one async for one in self._documents.all(Kind.WEBHOOK)]
        self.customers = [one async for one in self._documents.all(Kind.CUSTOMER)]

    def user(self, user_id: str) -> User:
        """Raises Missing ``user-unknown``."""
        found = self.users.get(user_id)
        if found is None:
            raise Missing("user-unknown", "there is no such user")
        return found

    def user_named(self, user_name: str) -> User | None:
        wanted = user_name.strip().lower()
        return next((user for user in self.users.values() if user.user_name == wanted), None)

    def callback_list(self, list_id: str) -> CallbackList:
        """Raises Missing ``callback-list-unknown``."""
        found = self.callback_lists.get(list_id)
        if found is None:
            raise Missing("callback-list-unknown", "there is no such callback list")
        return found

    async def _by_id[Found](self, kind: Kind, read: Callable[[Document], Any]) -> dict[str, Any]:
        found = [read(document) async for document in self._documents.all(kind)]
        return {one.id: one for one in found}
