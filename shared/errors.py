"""The one error family of the product.

    VoiceError                     code, retryable, a message safe to show and to log
    ├── InvalidInput               the sender must change something             400
    ├── Unauthorised               no or wrong credentials given to us          401
    ├── Forbidden                  known caller, not allowed                    403
    ├── Missing                    what was asked for does not exist            404
    ├── Conflict                   the state does not allow it (any more)       409
    ├── Limited                    the sender asks too often                    429
    ├── Misconfigured              a setting of ours is wrong or absent         500
    ├── Unsupported                what is behind us has no such thing          501
    └── Unavailable                an outside system cannot do it now           503, retryable
        └── Throttled              it told us when to come back                 503, retryable

``code`` is stable and listed in ``docs/errors.md``; messages may change. Personal data never goes into either.
``details`` are further members of the problem document (RFC 9457, section 3.2), which are not logged.
"""

from collections.abc import Mapping
from http import HTTPStatus

from shared.pauses import bounded_pause_s


class VoiceError(Exception):
    """Base of all errors the product raises on purpose."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    retryable = False

    def __init__(self, code: str, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def problem(self) -> dict[str, object]:
        """RFC 9457 problem details: ``{type, title, status, detail, code, ...}``."""
        return {
            **self.details,
            "type": f"urn:voice-for-dynamics:error:{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.message,
            "code": self.code,
        }


class InvalidInput(VoiceError):
    status = HTTPStatus.BAD_REQUEST


class Unauthorised(VoiceError):
    status = HTTPStatus.UNAUTHORIZED


class Forbidden(VoiceError):
    status = HTTPStatus.FORBIDDEN


class Missing(VoiceError):
    status = HTTPStatus.NOT_FOUND


class Conflict(VoiceError):
    status = HTTPStatus.CONFLICT


class Limited(VoiceError):
    """The sender is to come back after ``retry_after_s`` seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, code: str, message: str, retry_after_s: float = 1.0) -> None:
        super().__init__(code, message)
        self.retry_after_s = bounded_pause_s(retry_after_s)


class Misconfigured(VoiceError):
    """A setting is wrong: worth another try later, because an administrator can mend it meanwhile."""

    retryable = True


class Unsupported(VoiceError):
    status = HTTPStatus.NOT_IMPLEMENTED


class Unavailable(VoiceError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retryable = True


class Throttled(Unavailable):
    """The other side asks for a pause of ``retry_after_s`` seconds, of which an hour at most is kept."""

    def __init__(self, code: str, message: str, retry_after_s: float) -> None:
        super().__init__(code, message)
        self.retry_after_s = bounded_pause_s(retry_after_s)
