"""Commands to live calls and their media: checked and passed on (C1-C4, K1, K9)."""

from typing import Any

from shared.enreach.phone import EnreachPhone, MediaAnswer
from shared.errors import Forbidden, Misconfigured
from shared.phone import requests
from shared.phone.agents import PhoneAgents
from shared.phone.limiter import Limiter
from shared.phone.sessions import PhoneSessions
from shared.settings.service import Settings
from shared.users.model import User


class LiveCalls:
    """Every method takes the person's object id and the header ``Phone-Session``, and raises InvalidInput
    ``phone-session-missing`` or ``malformed-phone-request``, Conflict ``phone-session-lost``, and what ``EnreachPhone``
    raises."""

    def __init__(
        self,
        *,
        sessions: PhoneSessions,
        agents: PhoneAgents,
        phone: EnreachPhone,
        settings: Settings,
        offers: Limiter,
    ) -> None:
        self._sessions = sessions
        self._agents = agents
        self._phone = phone
        self._settings = settings
        self._offers = offers

    async def dial(self, object_id: str, session: str | None, body: object) -> str:
        """``{callId, number, callerNumber?}``; gives the call's id. Keys of an extension are pressed after the answer.

        Raises Forbidden ``caller-number-foreign``, InvalidInput ``number-ambiguous`` or ``number-unreadable``.
        """
        agent = await self._sessions.commanding(object_id, session)
        document = requests.text_object(body)
        call_id, number = requests.call_id(document.get("callId")), requests.number(document, "number")
        shown = requests.number(document, "callerNumber") if document.get("callerNumber") is not None else None
        if shown is not None:
            await self._require_own(agent, shown)
        called = requests.called(number, await self._region())
        await self._phone.dial(agent.voice_user_id, call_id, called.number, shown, called.keys)
        return call_id

    async def command(
        self, object_id: str, session: str | None, call_id: str, name: str, body: object, key: str | None
    ) -> Any:
        """The call as it is then. Raises InvalidInput ``idempotency-key-missing``, Missing ``command-unknown``."""
        agent = await self._sessions.commanding(object_id, session)
        wanted = requests.command(name, body, await self._region())
        key, call_id = requests.idempotency_key(key), requests.call_id(call_id)
        return await self._phone.command(agent.voice_user_id, call_id, name, wanted, key)

    async def offer(
        self, object_id: str, session: str | None, call_id: str, content_type: str, body: bytes, *, answers: bool
    ) -> MediaAnswer:
        """The answer to an SDP offer. Raises InvalidInput ``sdp-expected`` or ``sdp-too-long``, Limited
        ``phone-too-often``."""
        self._offers.take(object_id)
        agent = await self._sessions.commanding(object_id, session)
        sdp, call_id = requests.sdp(content_type, body), requests.call_id(call_id)
        return await self._phone.offer(agent.voice_user_id, call_id, sdp, answers=answers)

    async def withdraw(self, object_id: str, session: str | None, call_id: str, media_id: str) -> None:
        agent = await self._sessions.commanding(object_id, session)
        call_id, media_id = requests.call_id(call_id), requests.media_id(media_id)
        await self._phone.withdraw(agent.voice_user_id, call_id, media_id)

    async def _require_own(self, agent: User, number: str) -> None:
        profile = await self._agents.profile(agent)
        if number not in {one.number for one in profile.caller_numbers}:
            raise Forbidden("caller-number-foreign", "this is neither your number nor one of your pools'")

    async def _region(self) -> str | None:
        """A fault of the settings keeps nobody from calling: then only international spellings are understood."""
        try:
            return (await self._settings.general()).default_region
        except Misconfigured:
            return None
