"""Omnichannel's side through Dataverse: agents' presences are read from their status rows and set as the agents."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.caching import Cached
from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import Misconfigured, Missing
from shared.outside import moment as read_moment
from shared.outside import moment_or_none
from shared.presence.limit import limited
from shared.presence.model import PresenceNews, PresenceShown
from shared.settings.presence import PresenceSettings
from shared.settings.service import Settings
from shared.statuses import Presence, StatusKind
from shared.users.model import Agent

log = logging.getLogger(__name__)

KEPT_S = 300.0
COLUMNS = (f"_{names.AGENT}_value", f"_{names.PRESENCE}_value", names.PRESENCE_SINCE, names.PRESENCE_BY)
PRESENCE_COLUMNS = (names.PRESENCE_ID, names.PRESENCE_TEXT, names.PRESENCE_BASE)


class Omnichannel:
    """Methods raise as ``Dataverse`` says, and Unavailable ``presence-time-out``."""

    def __init__(self, dataverse: Dataverse, settings: Settings, clock: Clock) -> None:
        self._dataverse = dataverse
        self._settings = settings
        self._presences = Cached(self._read_presences, KEPT_S, clock)

    async def read(self, agent: Agent) -> PresenceShown:
        """Who was never set to anything is offline."""
        async with limited():
            rows = await self._statuses(f"_{names.AGENT}_value eq {agent.id}")
            return (await self._shown(rows[0])) if rows else await self._never_set()

    async def read_all(self) -> Mapping[str, PresenceShown | None]:
        """Of every agent that was ever set to anything, by the Dynamics user's id; None for a presence of no kind."""
        rows = await self._statuses("statecode eq 0")
        return {str(row[COLUMNS[0]]): await self._shown_if_mapped(row) for row in rows if row.get(COLUMNS[0])}

    async def set_since(self, after: datetime) -> list[tuple[str, PresenceNews]]:
        """Whoever was set to whatever since then, by the Dynamics user's id; nothing where that may not be read."""
        columns = (COLUMNS[0], f"_{names.HISTORY_PRESENCE}_value", names.HISTORY_SINCE)
        query = {"$select": ",".join(columns), "$filter": f"{names.HISTORY_SINCE} ge {after:%Y-%m-%dT%H:%M:%SZ}"}
        try:
            rows = await self._dataverse.every(names.AGENT_STATUS_HISTORIES, query)
        except (Misconfigured, Missing) as error:
            log.warning("history of presences cannot be read", extra={"error": error.code})
            return []
        told = [tuple(str(row.get(column) or "") for column in columns) for row in rows]
        return [(agent, PresenceNews(presence.lower(), read_moment(since))) for agent, presence, since in told if since]

    async def write(self, agent: Agent, presence: Presence) -> None:
        body = {"ApiVersion": names.PRESENCE_API_VERSION, "AgentId": agent.id, "PresenceId": presence.id}
        async with limited():
            await self._dataverse.act(names.MODIFY_PRESENCE, body, UUID(agent.id))

    async def named(self, text: str) -> Presence | None:
        """The presence whose text is exactly this one; None where there is none, or several."""
        found = [key for key, (known, _) in (await self._presences.get(None)).items() if known == text]
        return await self.presence(found[0]) if len(found) == 1 else None

    async def presence(self, presence_id: str) -> Presence:
        """Raises Misconfigured ``presence-unmapped`` for one whose base status the settings have no kind for."""
        known = await self._known(presence_id)
        if known is None:
            raise Misconfigured("presence-unmapped", "Dynamics has no such presence, or the app may not read it")
        text, base = known
        kind = (await self._settings_of()).kind_of(base)
        if kind is None:
            raise Misconfigured("presence-unmapped", f"base_statuses of presence has no kind for {base}")
        return Presence(presence_id, kind, text)

    async def _statuses(self, condition: str) -> list[dict[str, Any]]:
        query = {"$select": ",".join(COLUMNS), "$filter": condition}
        return await self._dataverse.every(names.AGENT_STATUSES, query)

    async def _shown(self, row: Mapping[str, Any]) -> PresenceShown:
        presence_id, since = row.get(COLUMNS[1]), row.get(names.PRESENCE_SINCE)
        if not presence_id:
            return await self._never_set()
        by = str(row.get(names.PRESENCE_BY) or "")
        return PresenceShown(await self.presence(str(presence_id).lower()), moment_or_none(since), by)

    async def _shown_if_mapped(self, row: Mapping[str, Any]) -> PresenceShown | None:
        try:
            return await self._shown(row)
        except Misconfigured:
            return None

    async def _never_set(self) -> PresenceShown:
        return PresenceShown((await self._settings_of()).presences[StatusKind.OFF_WORK])

    async def _settings_of(self) -> PresenceSettings:
        return await self._settings.presence()

    async def _known(self, presence_id: str) -> tuple[str, int] | None:
        """Text and base status; asked for again where it is new."""
        presences = await self._presences.get(None)
        if presence_id not in presences:
            self._presences.forget(None)
            presences = await self._presences.get(None)
        return presences.get(presence_id)

    async def _read_presences(self, _key: None) -> Mapping[str, tuple[str, int]]:
        rows = await self._dataverse.every(names.PRESENCES, {"$select": ",".join(PRESENCE_COLUMNS)})
        return {
            str(row[names.PRESENCE_ID]).lower(): (
                str(row.get(names.PRESENCE_TEXT) or ""),
                int(row.get(names.PRESENCE_BASE) or 0),
            )
            for row in rows
        }
