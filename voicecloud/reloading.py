"""Puts into force what the commands have changed in the configuration, while calls go on."""

import asyncio
import logging
from dataclasses import dataclass

from shared.errors import VoiceError
from voicecloud.organisation.service import Directory
from voicecloud.phone.sessions import WebTerminalSessions
from voicecloud.routing.events import Configure
from voicecloud.rte.hub import Hub
from voicecloud.runtime.engine import Engine
from voicecloud.runtime.staff import Staff

LOOK_EVERY_S = 2.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Reloading:
    """Looks for changes of users, pools and lists; webhooks and smart routing are read at the start only."""

    directory: Directory
    engine: Engine
    staff: Staff
    hub: Hub
    sessions: WebTerminalSessions

    async def run(self) -> None:
        """Until cancelled; while storage does not answer, what is known stays in force."""
        while True:
            try:
                if await self.directory.revision() != self.directory.loaded_revision:
                    await self.reload()
            except VoiceError as error:
                log.warning("the configuration cannot be read again", extra={"code": error.code})
            except Exception:
                log.exception("the configuration cannot be read again")  # calls go on with what is known
            await asyncio.sleep(LOOK_EVERY_S)

    async def reload(self) -> None:
        """Who is gone or has other keys by now is cut off: hub, phone, and with the next request the API."""
        before = dict(self.directory.users)
        await self.directory.load()
        after = self.directory.users
        for user_id, user in before.items():
            now = after.get(user_id)
            if now is None or now.key_version != user.key_version:
                self.hub.cut_off(user_id)
                self.sessions.cut_off(user_id)
        self.engine.tell(Configure(self.directory.routing()))
        for user_id in after.keys() - before.keys():
            self.staff.welcome(after[user_id])
