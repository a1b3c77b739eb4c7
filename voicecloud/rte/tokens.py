"""Tokens for the hub: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, checked when connecting only."""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

from shared.clock import Clock
from shared.errors import Unauthorised

LIFETIME = timedelta(hours=1)
_HEADER = {"alg": "HS256", "typ": "JWT"}


class Tokens:
    """For one ``audience``: a token of another one is none here."""

    def __init__(self, signing_key: bytes, clock: Clock, audience: str = "rte", lifetime: timedelta = LIFETIME) -> None:
        self._key = signing_key
        self._clock = clock
        self._audience = audience
        self._lifetime = lifetime

    def issue(self, user_id: str) -> str:
        expires = int((self._clock() + self._lifetime).timestamp())
        signed = f"{_encoded(_HEADER)}.{_encoded({'sub': user_id, 'aud': self._audience, 'exp': expires})}"
        return f"{signed}.{self._signature(signed)}"

    def user_id(self, token: str) -> str:
        """Raises Unauthorised ``rte-token``."""
        signed, _, signature = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(signature, self._signature(signed)):
            raise Unauthorised("rte-token", "the token is not valid")
        try:
            claims = json.loads(urlsafe_b64decode(signed.partition(".")[2] + "=="))
        except (binascii.Error, ValueError) as error:
            raise Unauthorised("rte-token", "the token is not valid") from error
        if claims.get("aud") != self._audience or claims["exp"] < self._clock().timestamp():
            raise Unauthorised("rte-token", "the token has expired")
        return str(claims["sub"])

    def _signature(self, signed: str) -> str:
        return _plain(hmac.new(self._key, signed.encode(), sha256).digest())


def _encoded(document: object) -> str:
    return _plain(json.dumps(document, separators=(",", ":")).encode())


def _plain(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
