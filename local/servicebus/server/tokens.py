"""Shared access signatures: who may open a link, when the broker is started with a key.

Source: "Service Bus access control with Shared Access Signatures": ``sig`` is the base64 HMAC-SHA256 of
``sr + "\\n" + se`` under the key.
"""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from local.servicebus.core.errors import NotAuthorised

KEY_NAME = "RootManageSharedAccessKey"
PREFIX = "SharedAccessSignature "


@dataclass(eq=False, repr=False)
class TokenCheck:
    """Without a key every token is good, as with Microsoft's emulator."""

    key: str | None

    @property
    def required(self) -> bool:
        """Whether a good token must be put before links open."""
        return self.key is not None

    def check(self, token: str) -> None:
        """Raises NotAuthorised unless ``token`` is signed with the key and still valid. Tokens of other kinds fail."""
        if self.key is None:
            return
        fields = {name: values[0] for name, values in parse_qs(token.removeprefix(PREFIX)).items()}
        if not {"sr", "se", "sig"} <= fields.keys():
            raise NotAuthorised("InvalidSignature: the token is no shared access signature")
        signed = [self._signature(scope, fields["se"]) for scope in self._spellings(token)]
        if not any(hmac.compare_digest(fields["sig"], signature) for signature in signed):
            raise NotAuthorised("InvalidSignature: the token has an invalid signature")
        if int(fields["se"]) < time.time():
            raise NotAuthorised("ExpiredToken: the token has expired")

    def _signature(self, scope: str, expires: str) -> str:
        digest = hmac.new((self.key or "").encode(), f"{scope}\n{expires}".encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def _spellings(self, token: str) -> list[str]:
        """The scope as it stands in the token, and decoded: clients sign the encoded form."""
        raw = next(part[3:] for part in token.removeprefix(PREFIX).split("&") if part.startswith("sr="))
        return [raw, unquote(raw)]
