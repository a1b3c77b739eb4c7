"""Shared access signatures."""

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

import pytest

from local.servicebus.core.errors import NotAuthorised
from local.servicebus.server.tokens import TokenCheck

FUTURE = 99_999_999_999


def token(key: str, expires: int = FUTURE) -> str:
    scope = quote_plus("sb://localhost/q")
    signature = base64.b64encode(hmac.new(key.encode(), f"{scope}\n{expires}".encode(), hashlib.sha256).digest())
    return f"SharedAccessSignature sr={scope}&sig={quote_plus(signature)}&se={expires}&skn=Root"


def test_a_token_of_the_key_is_good() -> None:
    """Without a key every token is."""
    TokenCheck("key").check(token("key"))
    TokenCheck(None).check("anything")


@pytest.mark.parametrize("bad", [token("other"), token("key", expires=1), "", "Bearer x", "SharedAccessSignature sr=a"])
def test_any_other_token_is_refused(bad: str) -> None:
    """Of another key, expired, or no signature at all."""
    with pytest.raises(NotAuthorised):
        TokenCheck("key").check(bad)
