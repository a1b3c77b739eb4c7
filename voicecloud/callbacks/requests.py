"""Performs ``RequestCallback``: what a caller asks for in a pool becomes a callback request that lasts."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from shared.errors import Missing, VoiceError
from voicecloud.callbacks.model import NewCallback, Reason
from voicecloud.callbacks.service import CallbackLists
from voicecloud.organisation.service import Directory
from voicecloud.routing.effects import CallbackSource, Effect, RequestCallback

REASONS = {
    CallbackSource.CHOSEN: Reason.CALLER_CHOICE,
    CallbackSource.MISSED: Reason.MISSED_CALL,
    CallbackSource.VOICEMAIL: Reason.VOICEMAIL,
}
RETRY_S = 1.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class CallbackRequests:
    callbacks: CallbackLists
    directory: Directory
    _waiting: deque[RequestCallback] = field(default_factory=deque, init=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, RequestCallback):
            self._waiting.append(effect)
            self._changed.set()

    async def run(self) -> None:
        """Writes requests until cancelled; none is dropped because storage does not answer."""
        while True:
            while self._waiting:
                try:
                    await self._create(self._waiting[0])
                except VoiceError as error:
                    log.warning("callback not stored yet", extra={"code": error.code, "waiting": len(self._waiting)})
                    await asyncio.sleep(RETRY_S)
                    continue
                self._waiting.popleft()
            self._changed.clear()
            await self._changed.wait()

    async def _create(self, request: RequestCallback) -> None:
        new = NewCallback(
            list_id=request.list_id,
            caller_number=request.number,
            reason=REASONS[request.source],
            queue_id=request.pool_id,
            queue_name=self.directory.queue(request.pool_id).name,
            call_id=request.call_id,
        )
        try:
            await self.callbacks.create(new)
        except Missing:
            log.exception("a pool names a callback list that is not there", extra={"call_id": request.call_id})
