"""A phone's session: claimed, kept, given up, and the state of its calls (A4, design.md "A live call")."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.clock import Clock, to_iso
from shared.enreach.phone import EnreachPhone, OpenSession, PhoneState
from shared.errors import Conflict, Forbidden, Missing, Unsupported
from shared.phone import requests
from shared.phone.agents import PhoneAgents
from shared.phone.polls import LongPolls
from shared.phone.primary_session import LEASE_S, SessionLeases
from shared.settings.service import Settings
from shared.users.model import LinkedUser

LONGEST_WAIT_S = 25.0


class AgentPhoneSessions:
    """``page`` is the version of the page served. Every method takes the person's object id and raises Forbidden
    ``agent-unknown`` for anybody who is no agent."""

    def __init__(
        self,
        *,
        agents: PhoneAgents,
        leases: SessionLeases,
        phone: EnreachPhone,
        settings: Settings,
        page: str,
        clock: Clock,
    ) -> None:
        self._page = page
        self._clock = clock
        self._agents = agents
        self._leases = leases
        self._phone = phone
        self._settings = settings
        self._polls = LongPolls()

    async def open(self, object_id: str, body: object) -> dict[str, Any]:
        """``{sessionId, claim?, client?, takeOver?, canAnswer?, dynamicsUser?}``: the same again is the same session.

        Raises Conflict ``phone-active-elsewhere`` or ``phone-session-lost``, Unsupported ``live-calls-unavailable``,
        InvalidInput ``malformed-phone-request``, Forbidden ``phone-of-another`` where Dynamics is somebody else's.
        """
        agent, document = await self._agents.agent(object_id), requests.text_object(body)
        session_id, can_answer = requests.session_id(document.get("sessionId")), requests.can_answer(document)
        _require_own(agent, requests.dynamics_user(document))
        await self._claim(agent, session_id, document)
        try:
            opened = await self._phone.open(agent.voice_user_id, session_id, can_answer)
        except Unsupported:
            await self._leases.release(str(agent.id), session_id)
            raise
        await self._leases.require(str(agent.id), session_id)  # taken over meanwhile: not opened
        return {
            "sessionId": session_id,
            "leaseS": LEASE_S,
            "now": to_iso(self._clock()),
            "page": self._page,
            "agent": await self._shown(agent),
            "iceServers": list(opened.ice_servers),
            "events": _events(opened),
            "settings": await self._shown_settings(),
            "state": dict(opened.state),
        }

    async def go_on(self, object_id: str, session_id: str, body: object = None) -> dict[str, Any]:
        """A sign of life; ``{canAnswer?}``: a phone without a microphone is not rung. A session that the voice cloud
        has forgotten is opened there again.

        Raises Conflict ``phone-session-lost``, InvalidInput ``malformed-phone-request``.
        """
        can_answer = requests.can_answer(requests.text_object({} if body is None else body))
        agent = await self._agents.agent(object_id)
        await self._leases.renew(str(agent.id), session_id)
        try:
            events = {"ticket": await self._phone.go_on(agent.voice_user_id, session_id, can_answer)}
        except Missing:
            events = _events(await self._phone.open(agent.voice_user_id, session_id, can_answer))
        return {"leaseS": LEASE_S, "now": to_iso(self._clock()), "page": self._page, "events": events}

    async def close(self, object_id: str, session_id: str, claim: str = "") -> None:
        """A session that is lost already, or claimed again since, needs no closing."""
        agent = await self._agents.agent(object_id)
        if await self._leases.release(str(agent.id), session_id, claim):
            await self._phone.close(agent.voice_user_id, session_id)

    async def state(self, object_id: str, session_id: str, known: str, wait_s: float) -> PhoneState | None:
        """The state, or None when it still is the version ``known`` after ``wait_s``, 25 s at most, or when newer
        polls of the same agent take the place of this one.

        Raises Conflict ``phone-session-lost``.
        """
        agent = await self._agents.agent(object_id)
        await self._leases.require(str(agent.id), session_id)
        asked = self._phone.state(agent.voice_user_id, known, min(wait_s, LONGEST_WAIT_S))
        state = await self._polls.wait(agent.voice_user_id, asked) if known else await asked
        return None if state is None or (known and state.version == known) else state

    async def commanding(self, object_id: str, header: str | None) -> LinkedUser:
        """The agent, if the session named is their primary one. Raises InvalidInput ``phone-session-missing``."""
        agent = await self._agents.agent(object_id)
        await self._leases.require(str(agent.id), requests.named_session(header))
        return agent

    async def _claim(self, agent: LinkedUser, session_id: str, document: Mapping[str, Any]) -> None:
        allowed = (await self._settings.phone()).take_over
        take_over = allowed and requests.flag(document, "takeOver", default=False)
        try:
            await self._leases.claim(
                str(agent.id),
                session_id,
                requests.client(document.get("client")),
                take_over=take_over,
                claim=requests.claim(document),
            )
        except Conflict as error:
            error.details = {**error.details, "takeOver": allowed}
            raise

    async def _shown(self, agent: LinkedUser) -> dict[str, Any]:
        profile = await self._agents.profile(agent)
        numbers = [{"number": one.number, "name": one.name} for one in profile.caller_numbers]
        return {
            "id": agent.voice_user_id,
            "dynamicsUser": str(agent.id),
            "name": agent.name,
            "number": profile.number,
            "callerNumbers": numbers,
        }

    async def _shown_settings(self) -> dict[str, Any]:
        settings = await self._settings.phone()
        return {
            "takeOver": settings.take_over,
            "defaultRegion": await self._settings.region(),
            "voiceCenterUrl": settings.voice_center_url,
            "unrecordedPages": list(settings.unrecorded_pages),
        }


def _require_own(agent: LinkedUser, dynamics_user: UUID | None) -> None:
    """A phone inside Dynamics is that of the person who has Dynamics open: no lease is touched for anybody else."""
    if dynamics_user and dynamics_user != agent.id:
        details = {"name": agent.name}
        raise Forbidden("phone-of-another", "the phone is signed in as somebody else than Dynamics", details)


def _events(opened: OpenSession) -> dict[str, Any]:
    return {"url": opened.events_url, "ticket": opened.ticket}
