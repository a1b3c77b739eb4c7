"""Whether what a setting names is there: rows of Dynamics by their GUID, callback lists of the voice cloud."""

from dataclasses import dataclass

from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.enreach.client import Enreach
from shared.errors import InvalidInput, Missing
from shared.settings.model import CallbackProfile, CallSync, Document, SettingKind
from shared.settings.presence import PresenceSettings


@dataclass(eq=False, repr=False)
class References:
    """Asked before a setting is written. Every method raises what ``Dataverse`` and ``Enreach`` raise, too."""

    dataverse: Dataverse
    enreach: Enreach

    async def check(self, kind: SettingKind, document: Document) -> None:
        """Of a document that is valid in itself. Raises InvalidInput ``setting-reference``."""
        if kind is SettingKind.CALLBACK_PROFILE:
            await self._callback_profile(CallbackProfile.from_document(document))
        elif kind is SettingKind.CALL_SYNC and (assignee := CallSync.from_document(document).default_assignee):
            await self._exists("default_assignee", "user", f"systemusers({assignee})", "systemuserid")
        elif kind is SettingKind.PRESENCE:
            await self._presences(PresenceSettings.from_document(document))

    async def _callback_profile(self, profile: CallbackProfile) -> None:
        await self._exists("queue_id", "queue", f"{names.QUEUES}({profile.queue_id})", "queueid")
        if profile.list_id not in {one.id for one in await self.enreach.callback_lists()}:
            raise _unknown("list_id", f"the voice cloud has no callback list {profile.list_id}")

    async def _presences(self, settings: PresenceSettings) -> None:
        """Only those that are named: the usual ones are the same everywhere."""
        for one in (*settings.own_presences.values(), settings.own_dnd):
            if one:
                await self._exists("presences", "presence", f"{names.PRESENCES}({one.id})", names.PRESENCE_ID)

    async def _exists(self, field: str, what: str, path: str, key: str) -> None:
        try:
            await self.dataverse.get(path, {"$select": key})
        except Missing:
            raise _unknown(field, f"Dynamics has no {what} {path.partition('(')[2].rstrip(')')}") from None


def _unknown(field: str, why: str) -> InvalidInput:
    return InvalidInput("setting-reference", f"{field}: {why}")
