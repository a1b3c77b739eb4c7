"""Reads the users from Dynamics, at most once a minute, and writes voice-cloud ids by e-mail match (J1)."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.caching import Cached
from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.enreach.client import Enreach
from shared.errors import Forbidden, Misconfigured, Unavailable
from shared.users.model import Agent, LinkedUser, column_missing

KEPT_S = 60.0
KNOWN_FOR = timedelta(seconds=60)
ASK_AGAIN_AFTER = timedelta(seconds=10)
PATIENCE_S = 2.0
"""So long Dynamics is waited for where somebody is known from before: nobody's hang-up hangs on it."""
OBJECT_ID = "azureactivedirectoryobjectid"
COLUMNS = ("systemuserid", "fullname", "mobilephone", "internalemailaddress", OBJECT_ID, *names.USER_COLUMNS)
ENABLED = "isdisabled eq false"


class Users:
    """Dynamics users by their voice-cloud id."""

    def __init__(self, dataverse: Dataverse, absent: AbsentColumns, enreach: Enreach, clock: Clock) -> None:
        self._dataverse = dataverse
        self._absent = absent
        self._enreach = enreach
        self._clock = clock
        self._users = Cached(self._read, KEPT_S, clock)
        self._known: dict[str, tuple[datetime, LinkedUser]] = {}

    async def by_voice_id(self) -> Mapping[str, LinkedUser]:
        """The enabled users that have a voice-cloud id, at most a minute old.

        Raises ColumnMissing where the environment has no column for the id: then nobody can be said to have none.
        """
        return await self._users.get(None)

    async def signed_in(self, object_id: str) -> LinkedUser:
        """The user who signs in with this id in Entra and has a voice-cloud id.

        While Dynamics is away, refuses the app (its secret has run out, a right was taken) or lacks the column for the
        id, who was known here before stays known; anybody else is told which of these it is. Raises Forbidden
        ``agent-unknown``, which says what is missing.
        """
        known = self._known.get(object_id)
        if known and self._clock() < known[0]:
            return known[1]
        try:
            async with asyncio.timeout(PATIENCE_S if known else None):
                user = await self._by_object_id(object_id)
        except (Unavailable, Misconfigured, TimeoutError):
            if known is None:
                raise
            return self._keep(object_id, known[1], ASK_AGAIN_AFTER)
        if user is None:
            self._known.pop(object_id, None)
            raise Forbidden(
                "agent-unknown",
                "no user of Dynamics with a voice-cloud id is signed in so: an administrator sets it",
            )
        return self._keep(object_id, user, KNOWN_FOR)

    async def agents(self) -> Mapping[str, Agent]:
        """The same users as agents, by their Dynamics user's id."""
        users = (await self.by_voice_id()).values()
        return {str(user.id): Agent(str(user.id), user.voice_user_id) for user in users}

    async def update_ids(self) -> dict[str, str]:
        """Gives each user without one the id of the voice-cloud user of the same e-mail; returns who got which.

        Where the environment has no column for the id, nobody gets one: the health page names it.
        """
        by_email = {user.name.lower(): user for user in await self._enreach.users()}
        rows, absent = await self._rows(), await self._absent.names()
        given: dict[str, str] = {}
        for row in rows if names.VOICE_USER_ID not in absent else ():
            email = str(row.get(names.VOICE_EMAIL) or row.get("internalemailaddress") or "").lower()
            found = by_email.get(email)
            if found is None or row.get(names.VOICE_USER_ID):
                continue
            body = {names.VOICE_USER_ID: found.id, names.VOICE_EMAIL: found.name}
            there = {name: value for name, value in body.items() if name not in absent}
            await self._dataverse.update(f"systemusers({row['systemuserid']})", there)
            given[email] = found.id
        self._users.forget(None)
        return given

    async def _read(self, _key: None) -> Mapping[str, LinkedUser]:
        absent, rows = await self._absent.doing_without(self._select_with_ids)
        users = [_to_user(row, absent) for row in rows if row.get(names.VOICE_USER_ID)]
        return {user.voice_user_id: user for user in users}

    async def _by_object_id(self, object_id: str) -> LinkedUser | None:
        users = (await self.by_voice_id()).values()
        return next((user for user in users if user.object_id and user.object_id == object_id.lower()), None)

    def _keep(self, object_id: str, user: LinkedUser, holds: timedelta) -> LinkedUser:
        self._known[object_id] = (self._clock() + holds, user)
        return user

    async def _rows(self) -> list[dict[str, Any]]:
        """Every enabled user, with what the environment has columns for."""
        return await self._absent.doing_without(self._select)

    async def _select_with_ids(self, absent: Collection[str]) -> tuple[Collection[str], list[dict[str, Any]]]:
        """Every enabled user, and which columns were left out."""
        if names.VOICE_USER_ID in absent:
            raise column_missing(names.VOICE_USER_ID)
        return absent, await self._select(absent)

    async def _select(self, absent: Collection[str]) -> list[dict[str, Any]]:
        columns = [name for name in COLUMNS if name not in absent]
        return await self._dataverse.every("systemusers", {"$select": ",".join(columns), "$filter": ENABLED})


def _to_user(row: Mapping[str, Any], absent: Collection[str]) -> LinkedUser:
    return LinkedUser(
        id=UUID(row["systemuserid"]),
        name=str(row.get("fullname") or ""),
        voice_user_id=str(row[names.VOICE_USER_ID]).strip().lower(),
        voice_email=None if names.VOICE_EMAIL in absent else str(row.get(names.VOICE_EMAIL) or ""),
        mobile_number=str(row.get("mobilephone") or ""),
        object_id=str(row.get(OBJECT_ID) or "").lower(),
    )
