"""Tokens for the hub: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, checked when connecting only."""

from dataclasses import dataclass
from datetime import timedelta

import jwt

from shared.clock import Clock
from shared.errors import Unauthorised

LIFETIME = timedelta(hours=1)
_ALGORITHM = "HS256"


@dataclass(eq=False, repr=False)
class Tokens:
    """For one ``audience``: a token of another one is none here."""

    signing_key: bytes
    clock: Clock
    audience: str = "rte"
    lifetime: timedelta = LIFETIME

    def issue(self, user_id: str) -> str:
        expires = int((self.clock() + self.lifetime).timestamp())
        return jwt.encode({"sub": user_id, "aud": self.audience, "exp": expires}, self.signing_key, _ALGORITHM)

    def user_id(self, token: str) -> str:
        """Raises Unauthorised ``rte-token``."""
        try:
            claims = jwt.decode(
                token,
                self.signing_key,
                [_ALGORITHM],
                audience=self.audience,
                options={"require": ["sub", "aud", "exp"], "verify_exp": False},  # against our own clock, below
            )
        except (jwt.PyJWTError, UnicodeError) as error:
            raise Unauthorised("rte-token", "the token is not valid") from error
        if claims["exp"] < self.clock().timestamp():
            raise Unauthorised("rte-token", "the token has expired")
        return str(claims["sub"])
