"""The phone's side of an agent's status: what it shows, sets and reports (B1-B5, E)."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.bus.bus import Bus
from shared.caching import Cached
from shared.clock import Clock, to_iso
from shared.errors import Misconfigured, VoiceError
from shared.outside import is_call_id, moment
from shared.pools.activation import PoolActivation
from shared.presence import messages
from shared.presence.availability import PhoneAvailability
from shared.presence.model import QUEUE, AgentState, Availability, CallNews, CallStep, Side
from shared.presence.omnichannel import Omnichannel
from shared.presence.reports import malformed, moment_told, presence_told
from shared.presence.service import Presences
from shared.presence.store import PresenceStore
from shared.settings.presence import Method, PresenceSettings
from shared.settings.service import Settings
from shared.statuses import Presence
from shared.users.model import Agent
from shared.users.service import Users

log = logging.getLogger(__name__)

MAX_NOTE = 500
SHOWN_FOR_S = 1.0
LARGEST = 2**53
"""What a browser can count to."""


class PhonePresence:
    """Every method takes the person's object id and raises Forbidden ``agent-unknown`` for who is no agent."""

    def __init__(
        self,
        *,
        settings: Settings,
        users: Users,
        pools: PoolActivation,
        availability: PhoneAvailability,
        omnichannel: Omnichannel,
        presences: Presences,
        store: PresenceStore,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._users = users
        self._pools = pools
        self._availability = availability
        self._omnichannel = omnichannel
        self._presences = presences
        self._store = store
        self._bus = bus
        self._clock = clock
        self._shows = Cached(self._read, SHOWN_FOR_S, clock)

    async def show(self, object_id: str) -> dict[str, Any]:
        """The agent's availability, the statuses to choose from, their pools, Omnichannel, and what keeps a status from
        being set; at most a second old, never older than what the agent has set here."""
        return await self._shows.get(object_id)

    async def _read(self, object_id: str) -> dict[str, Any]:
        agent, settings = await self._agent(object_id), await self._settings.presence()
        holds = await self._availability.read(agent)
        return {
            "availability": _shown(holds),
            "statuses": [
                {"name": one.name, "kind": one.kind, "length_s": one.length_s, "note": one.note}
                for one in settings.statuses
            ],
            "pools": await self._pools.of(agent.voice_id),
            **_omnichannel(await self._store.load(agent.id), settings),
        }

    async def set(self, object_id: str, body: object) -> dict[str, Any]:
        """``{status, note?, endsAt?, length_s?}``. Raises InvalidInput ``malformed-availability``."""
        agent, settings, document = await self._agent(object_id), await self._settings.presence(), _object(body)
        status = settings.status_named(str(document.get("status") or ""))
        if status is None:
            raise malformed("status is one of " + ", ".join(one.name for one in settings.statuses))
        note = " – ".join(text for text in (status.note, _note(document)) if text)
        holds = await self._availability.set(agent, status, note, _length_s(document, self._clock()))
        self._shows.forget(object_id)
        await self._ask_to_reconcile(agent, f"set/{holds.event_id}")
        return {"availability": _shown(holds)}

    async def activate(self, object_id: str, pool_id: str, body: object) -> None:
        """``{active}``: switches the agent on or off in one of their pools (B5). Raises Forbidden ``pool-foreign``."""
        agent, active = await self._agent(object_id), _object(body).get("active")
        if not isinstance(active, bool):
            raise malformed("active is true or false")
        try:
            await self._pools.switch(agent.voice_id, pool_id, active=active)
        finally:
            self._shows.forget(object_id)

    async def call(self, object_id: str, call_id: str, body: object) -> None:
        """``{ended?, sequence?}``: a sign of life of the agent's call, or its end; ``sequence`` as its state has it."""
        agent, document = await self._agent(object_id), _object(body)
        if not is_call_id(call_id):
            raise malformed("a call is named by its id")
        step = CallStep.ENDED if document.get("ended") is True else CallStep.GOES_ON
        news = CallNews(call_id, step, _sequence(document), self._clock())
        await self._presences.note_call(agent, news, await self._settings.presence())

    async def signed_in(self, object_id: str) -> None:
        """The phone was opened. That is not hindered by what cannot be noted now: both sides are then as they were."""
        agent = await self._agent(object_id)
        try:
            await self._presences.note_sign_in(agent, await self._settings.presence())
        except VoiceError as error:
            log.warning("sign-in of a phone not noted", extra={"agent": agent.id, "code": error.code})

    async def report(self, object_id: str, body: object) -> dict[str, Any]:
        """``{presenceId?, baseStatus?, text?, at?}`` or ``{cause, failed}``, where only the phone reaches Omnichannel.

        What is shown but unknown is a fault for everybody to see. Raises InvalidInput ``malformed-availability``.
        """
        agent, settings, document = await self._agent(object_id), await self._settings.presence(), _object(body)
        if cause := document.get("cause"):
            await self._presences.note_refusal(agent, str(cause), settings)
        else:
            await self._note_report(agent, document, settings)
        self._shows.forget(object_id)
        return _omnichannel(await self._store.load(agent.id), settings)

    async def _note_report(self, agent: Agent, document: Mapping[str, Any], settings: PresenceSettings) -> None:
        at = moment_told(document.get("at"), self._clock())
        try:
            presence = await presence_told(document, await self._store.load(agent.id), self._omnichannel, settings)
        except Misconfigured as error:
            await self._presences.note_fault(agent, Side.OMNICHANNEL, error.code)
            return
        await self._presences.note_report(agent, presence, at, settings)

    async def _ask_to_reconcile(self, agent: Agent, cause: str) -> None:
        await self._bus.send(QUEUE, messages.reconcile_wanted(agent.id, cause, self._clock()))

    async def _agent(self, object_id: str) -> Agent:
        user = await self._users.signed_in(object_id)
        return Agent(str(user.id), user.voice_user_id)


def _shown(holds: Availability | None) -> dict[str, Any] | None:
    if holds is None:
        return None
    return {
        "status": holds.status,
        "kind": holds.kind,
        "note": holds.note,
        "endsAt": to_iso(holds.ends_at) if holds.ends_at else None,
    }


def _omnichannel(state: AgentState, settings: PresenceSettings) -> dict[str, Any]:
    """``byPhone``: only the phone reaches Omnichannel. ``wanted``: what it is to set then, with the cause to name when
    that fails."""
    shown = state.omnichannel.presence if state.omnichannel else None
    write = state.pending_on(Side.OMNICHANNEL) if settings.method is Method.PHONE else None
    wanted = write.presence if write else None
    return {
        "omnichannel": _presence(shown) if settings.enabled else None,
        "byPhone": settings.enabled and settings.method is Method.PHONE,
        "wanted": {**_presence(wanted), "cause": write.cause} if write and wanted else None,
        "faults": [
            {"side": fault.side, "code": fault.code, "since": to_iso(fault.since), "times": fault.times}
            for fault in (state.faults if settings.enabled else ())
        ],
    }


def _presence(presence: Presence | None) -> dict[str, Any]:
    return {"presenceId": presence.id, "text": presence.text, "kind": presence.kind} if presence else {}


def _length_s(document: Mapping[str, Any], now: datetime) -> float | None:
    length_s, ends_at = document.get("length_s"), _moment(document.get("endsAt"))
    if length_s is None and ends_at is None:
        return None
    if ends_at is not None:
        length_s = (ends_at - now).total_seconds()
    if not isinstance(length_s, int | float) or isinstance(length_s, bool) or not 0 < length_s <= 366 * 86_400:
        raise malformed("a status ends within a year from now")
    return float(length_s)


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return moment(value)
    except ValueError:
        raise malformed("a time is written in ISO 8601") from None


def _note(document: Mapping[str, Any]) -> str:
    note = document.get("note", "")
    if not isinstance(note, str) or len(note) > MAX_NOTE:
        raise malformed(f"note is a text of at most {MAX_NOTE} characters")
    return note.strip()


def _sequence(document: Mapping[str, Any]) -> int:
    sequence = document.get("sequence", 0)
    if type(sequence) is not int or not 0 <= sequence < LARGEST:
        raise malformed("sequence is the number that the state of the call has")
    return sequence


def _object(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise malformed("a JSON object is expected")
    return body
