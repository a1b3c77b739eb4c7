"""Puts into force what the commands have changed in the configuration, while calls go on."""

import asyncio
import logging

from shared.errors import VoiceError
from voicecloud.organisation.service import Directory
from voicecloud.phone.sessions import PhoneSessions
from voicecloud.routing.events import Configure
from voicecloud.rte.hub import Hub
from voicecloud.runtime.engine import Engine
from voicecloud.runtime.staff import Staff

LOOK_EVERY_S = 2.0

log = logging.getLogger(__name__)


class Reloading:
    """Looks for changes of users, pools and lists; webhooks and smart routing are read at the start only."""

    def __init__(
        self, *, directory: Directory, engine: Engine, staff: Staff, hub: Hub, sessions: PhoneSessions
    ) -> None:
        self._directory = directory
        self._engine = engine
        self._staff = staff
        self._hub = hub
        self._sessions = sessions

    async def run(self) -> None:
        """Until cancelled; while storage does not answer, what is known stays in force."""
        while True:
            try:
                if await self._directory.revision() != self._directory.loaded_revision:
                    await self.reload()
            except VoiceError as error:
                log.warning("the configuration cannot be read again", extra={"code": error.code})
            except Exception:
                log.exception("the configuration cannot be read again")  # calls go on with what is known
            await asyncio.sleep(LOOK_EVERY_S)

    async def reload(self) -> None:
        """Who is gone or has other keys by now is cut off: hub, phone, and with the next request the API."""
        before = dict(self._directory.users)
        await self._directory.load()
        after = self._directory.users
        for user_id, user in before.items():
            now = after.get(user_id)
            if now is None or now.key_version != user.key_version:
                self._hub.cut_off(user_id)
                self._sessions.cut_off(user_id)
        self._engine.tell(Configure(self._directory.routing()))
        for user_id in after.keys() - before.keys():
            self._staff.welcome(after[user_id])
