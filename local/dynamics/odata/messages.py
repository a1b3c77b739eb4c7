"""A request and an answer of the Web API, alone or as part of a batch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.dynamics.errors import DataverseError, invalid

ROOT = "/api/data/v9.2"


@dataclass(frozen=True)
class ApiRequest:
    """``path`` is what follows ``/api/data/v9.2/``; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes) -> "ApiRequest":
        """From an absolute or relative address. Raises DataverseError for one outside the API."""
        parts = urlsplit(url)
        path = unquote(parts.path)
        if path.startswith("/") and not path.startswith(ROOT):
            raise DataverseError(404, "0x8006088a", f"Resource not found for the segment '{path}'.")
        lowered = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method.upper(), path.removeprefix(ROOT).strip("/"), query, lowered, body)

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises DataverseError."""
        content_type = self.headers.get("content-type", "")
        if not content_type.startswith("application/json"):
            raise DataverseError(415, "", f"The content type '{content_type}' is not supported: use application/json.")
        try:
            document = json.loads(self.body)
        except ValueError:
            raise invalid("the body is not JSON") from None
        if not isinstance(document, dict):
            raise invalid("the body is not a JSON object")
        return document

    def prefers(self, name: str) -> str | None:
        """The value of a preference (``true`` for one without a value), None when it is absent."""
        for preference in self.headers.get("prefer", "").split(","):
            key, _, value = preference.strip().partition("=")
            if key == name:
                return value.strip('"') or "true"
        return None


@dataclass(frozen=True)
class ApiAnswer:
    """``body`` is JSON, or absent."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def refused(cls, error: DataverseError) -> "ApiAnswer":
        return cls(error.status, error.body(), error.headers)

    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
