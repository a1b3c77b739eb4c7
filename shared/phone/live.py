"""Commands to live calls and their media: checked and passed on (C1-C4, K1, K9)."""

from dataclasses import dataclass
from typing import Any

from shared.enreach.phone import EnreachPhone, MediaAnswer
from shared.errors import Forbidden
from shared.numbers import key_of
from shared.phone import requests
from shared.phone.agents import PhoneAgents
from shared.phone.limiter import Limiter
from shared.phone.sessions import AgentPhoneSessions
from shared.settings.service import Settings
from shared.users.model import LinkedUser


@dataclass(eq=False, repr=False, kw_only=True)
class LiveCalls:
    """Every method takes the person's object id and the header ``Phone-Session``, and raises InvalidInput
    ``phone-session-missing`` or ``malformed-phone-request``, Conflict ``phone-session-lost``, and what ``EnreachPhone``
    raises."""

    sessions: AgentPhoneSessions
    agents: PhoneAgents
    phone: EnreachPhone
    settings: Settings
    offers: Limiter

    async def dial(self, object_id: str, session: str | None, body: object) -> str:
        """``{callId, number, callerNumber?}``; gives the call's id. Keys of an extension are pressed after the answer.

        Raises Forbidden ``caller-number-foreign``, InvalidInput ``number-ambiguous`` or ``number-unreadable``.
        """
        agent = await self.sessions.commanding(object_id, session)
        document = requests.text_object(body)
        call_id, number = requests.call_id(document.get("callId")), requests.number(document, "number")
        shown = requests.number(document, "callerNumber") if document.get("callerNumber") is not None else None
        region = await self.settings.region()
        if shown is not None:
            shown = await self._own(agent, shown, region)
        called = requests.called(number, region)
        await self.phone.dial(agent.voice_user_id, call_id, called.number, shown, called.keys)
        return call_id

    async def command(
        self, object_id: str, session: str | None, call_id: str, name: str, body: object, key: str | None
    ) -> Any:
        """The call as it is then. Raises InvalidInput ``idempotency-key-missing``, Missing ``command-unknown``."""
        agent = await self.sessions.commanding(object_id, session)
        wanted = requests.command(name, body, await self.settings.region())
        key, call_id = requests.idempotency_key(key), requests.call_id(call_id)
        return await self.phone.command(agent.voice_user_id, call_id, name, wanted, key)

    async def offer(
        self, object_id: str, session: str | None, call_id: str, content_type: str, body: bytes, *, answers: bool
    ) -> MediaAnswer:
        """The answer to an SDP offer. Raises InvalidInput ``sdp-expected`` or ``sdp-too-long``, Limited
        ``phone-too-often``."""
        self.offers.take(object_id)
        agent = await self.sessions.commanding(object_id, session)
        sdp, call_id = requests.sdp(content_type, body), requests.call_id(call_id)
        return await self.phone.offer(agent.voice_user_id, call_id, sdp, answers=answers)

    async def withdraw(self, object_id: str, session: str | None, call_id: str, media_id: str) -> None:
        agent = await self.sessions.commanding(object_id, session)
        call_id, media_id = requests.call_id(call_id), requests.media_id(media_id)
        await self.phone.withdraw(agent.voice_user_id, call_id, media_id)

    async def _own(self, agent: LinkedUser, number: str, region: str | None) -> str:
        """The number as the voice cloud has it, however it was written here."""
        profile = await self.agents.profile(agent)
        own = {key_of(one.number, region): one.number for one in profile.caller_numbers}
        key = key_of(number, region)
        if not key or not (found := own.get(key)):
            raise Forbidden("caller-number-foreign", "this is neither your number nor one of your pools'")
        return found
