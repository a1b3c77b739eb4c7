"""OAuth errors in the words of Entra: RFC 6749 section 5.2 with an AADSTS number and ids to quote to support."""

from datetime import UTC, datetime
from uuid import uuid4


class OAuthError(Exception):
    """A refused request. ``error`` is the OAuth code, ``number`` Entra's own, ``status`` the HTTP status."""

    def __init__(self, error: str, number: int, description: str, status: int = 400) -> None:
        super().__init__(f"AADSTS{number}: {description}")
        self.error = error
        self.number = number
        self.status = status

    @property
    def description(self) -> str:
        return str(self)

    def body(self) -> dict[str, object]:
        """The JSON of the token endpoint."""
        trace, correlation = str(uuid4()), str(uuid4())
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        return {
            "error": self.error,
            "error_description": f"{self} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}",
            "error_codes": [self.number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
        }
