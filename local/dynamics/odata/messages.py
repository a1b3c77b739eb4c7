"""A request and an answer of the Web API, alone or as part of a batch."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from local.dynamics.errors import DataverseError, bad_query, invalid, not_found

ROOT = "/api/data/v9.2"
_PREFERENCE = re.compile(r'\s*([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^",;]*)))?\s*(?:[,;]|$)')


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
        if path.startswith("/") and not f"{path}/".startswith(f"{ROOT}/"):
            raise not_found(path)
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method.upper(), path.removeprefix(ROOT).strip("/"), _query(parts.query), lowered, body)

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises DataverseError."""
        content_type = self.headers.get("content-type", "")
        if not content_type.startswith("application/json"):
            raise DataverseError(415, "", f"The content type '{content_type}' is not supported: use application/json.")
        try:
            document = json.loads(self.body)
        except ValueError:
            raise invalid("", "The body is not JSON.") from None
        if not isinstance(document, dict):
            raise invalid("", "The body is not a JSON object.")
        return document

    def prefers(self, name: str) -> str | None:
        """The value of a preference (``true`` for one without a value), None when it is absent."""
        for match in _PREFERENCE.finditer(self.headers.get("prefer", "")):
            if match[1] == name:
                return match[2] or match[3] or "true"
        return None


def _query(text: str) -> dict[str, str]:
    """The options of a query string; one that is given twice is refused."""
    options: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        if name in options:
            raise bad_query(
                f"Query option '{name}' was specified more than once, but it must be specified at most once."
            )
        options[name] = unquote_plus(value)
    return options


@dataclass(frozen=True)
class ApiAnswer:
    """``body`` is JSON, a text, or absent."""

    status: int
    body: Mapping[str, Any] | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def refused(cls, error: DataverseError) -> "ApiAnswer":
        return cls(error.status, error.body(), error.headers)

    @property
    def content_type(self) -> str | None:
        if self.body is None:
            return None
        return "text/plain" if isinstance(self.body, str) else "application/json; odata.metadata=minimal"

    def content(self) -> bytes:
        if self.body is None:
            return b""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)).encode()
