"""What helps browsers to reach the gateway: passwords of a TURN server that hold for a day, not for ever."""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from shared.clock import Clock
from voicecloud.settings.media import IceServer

PASSWORD_FOR = timedelta(hours=24)
"""Longer than a shift: a call goes on only as long as its password holds."""


@dataclass(frozen=True)
class IceServers:
    """``secret`` is shared with the TURN server (coturn: ``static-auth-secret``); empty, servers are as they were set.

    The form of the credentials is that of the TURN REST API (draft-uberti-behave-turn-rest-00, section 2.2).
    """

    servers: Sequence[IceServer]
    secret: str = field(repr=False)
    clock: Clock

    def for_browser(self) -> Sequence[IceServer]:
        """TURN servers without a password of their own get one; nobody is named to them."""
        if not self.secret:
            return self.servers
        username = f"{int((self.clock() + PASSWORD_FOR).timestamp())}:{secrets.token_hex(8)}"
        password = b64encode(hmac.digest(self.secret.encode(), username.encode(), "sha1")).decode()
        return [replace(one, username=username, credential=password) if _lacks(one) else one for one in self.servers]

    @property
    def own(self) -> Sequence[IceServer]:
        """Those for the gateway itself, which stands where it can be reached."""
        return [one for one in self.servers if not (self.secret and _lacks(one))]


def _lacks(server: IceServer) -> bool:
    return server.username is None and any(url.startswith(("turn:", "turns:")) for url in server.urls)
