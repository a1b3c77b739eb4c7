"""The tenant's signing keys: kept in a file, so that tokens outlive a restart; rotated on demand."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEPT = 2
"""The key before stays published, for tokens it has signed."""


class SigningKeys:
    """RS256 keys; the newest signs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, rsa.RSAPrivateKey] = {}
        for kid, pem in json.loads(path.read_text()).items() if path.exists() else ():
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            if isinstance(key, rsa.RSAPrivateKey):
                self._keys[kid] = key
        if not self._keys:
            self.rotate()

    def rotate(self) -> None:
        """A new key signs from now on."""
        self._keys[uuid4().hex] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._keys = dict(list(self._keys.items())[-KEPT:])
        self._path.touch(mode=0o600)
        self._path.write_text(json.dumps({kid: _pem(key) for kid, key in self._keys.items()}))

    def sign(self, claims: Mapping[str, Any]) -> str:
        kid, key = list(self._keys.items())[-1]
        return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": kid})

    def published(self) -> dict[str, object]:
        """The JWKS (RFC 7517)."""
        return {"keys": [_jwk(kid, key) for kid, key in self._keys.items()]}

    def read(self, token: str, **options: Any) -> dict[str, Any]:
        """The claims of a token of ours. Raises jwt.InvalidTokenError."""
        key = self._keys.get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            raise jwt.InvalidKeyError("unknown key")
        claims: dict[str, Any] = jwt.decode(token, key.public_key(), algorithms=["RS256"], **options)
        return claims


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _jwk(kid: str, key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": _base64(numbers.n), "e": _base64(numbers.e)}


def _base64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()
