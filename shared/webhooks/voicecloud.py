"""Receives the voice cloud's webhooks (J3): checks the token, sends one message, nothing else (rule 2)."""

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from shared.bus.bus import Bus
from shared.callbacks.model import QUEUE
from shared.callbacks.polling import requested
from shared.calls.model import QUEUE as CALLS
from shared.clock import Clock
from shared.enreach import names
from shared.errors import InvalidInput, Unauthorised
from shared.presence.model import QUEUE as PRESENCE
from shared.webhooks.calls import message_of
from shared.webhooks.presence import message_of as presence_message_of

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class VoicecloudWebhooks:
    """One receiver for every event type; what we have no use for is accepted and dropped."""

    bus: Bus
    token: str
    clock: Clock

    def require_token(self, token: str | None) -> None:
        """Before anything of the body is read. Raises Unauthorised ``webhook-token``."""
        if not self.token or not hmac.compare_digest((token or "").encode(), self.token.encode()):
            raise Unauthorised("webhook-token", "the webhook's token header is missing or wrong")

    async def receive(self, body: object) -> None:
        """Takes one event ``{EventType, EntityId, CallbackId, ...}`` and returns when it is safe in a queue.

        Raises InvalidInput ``malformed-webhook``, Unavailable when the queue is not to be had: the voice cloud then
        delivers again.
        """
        if not isinstance(body, Mapping) or not isinstance(body.get(names.EVENT_TYPE), str):
            raise InvalidInput("malformed-webhook", f"a webhook is a JSON object with a text {names.EVENT_TYPE}")
        if body[names.EVENT_TYPE] in {names.EVENT_CALLBACK_CREATED, names.EVENT_CALLBACK_UPDATED}:
            await self._callback(body)
            return
        # Both are read before either is sent: what is refused has done nothing.
        of_call, of_user = message_of(body, self.clock()), presence_message_of(body, self.clock())
        if of_call:
            await self.bus.send(CALLS, of_call)
        if of_user:
            await self.bus.send(PRESENCE, of_user)

    async def _callback(self, body: Mapping[str, object]) -> None:
        list_id, callback_id = body.get(names.EVENT_ENTITY_ID), body.get(names.EVENT_CALLBACK_ID)
        if not (isinstance(list_id, str) and isinstance(callback_id, str) and list_id and callback_id):
            raise InvalidInput(
                "malformed-webhook",
                f"a callback event names its list in {names.EVENT_ENTITY_ID} and itself in {names.EVENT_CALLBACK_ID}",
            )
        await self.bus.send(QUEUE, requested(list_id, callback_id, self.clock(), webhook=True))
