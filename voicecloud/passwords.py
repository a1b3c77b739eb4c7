"""Passwords kept as scrypt hashes (RFC 7914), secret keys derived so that none has to be kept."""

import hashlib
import hmac
import secrets

NOBODY = f"{'00' * 16}${'00' * 64}"
"""What no password matches, at the price of one that could."""

_COST, _BLOCK, _PARALLEL = 2**14, 8, 1


def hashed(password: str) -> str:
    """``salt$hash`` in hex."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt)}"


def matches(password: str, stored: str) -> bool:
    """Takes some 30 ms on purpose."""
    salt, _, expected = stored.partition("$")
    return bool(expected) and hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), expected)


def secret_key(signing_key: bytes, user_id: str, version: int) -> str:
    """The API key of a user: the same for all clients of that user until its version is raised."""
    return hmac.new(signing_key, f"{user_id}/{version}".encode(), hashlib.sha256).hexdigest()


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL).hex()
