"""Pure: SIP addresses and codes, and what they mean to routing (RFC 3261, sections 19.1 and 21; RFC 3398)."""

import re
from urllib.parse import unquote

BUSY, DECLINED_BY_ALL, NOT_ACCEPTABLE = 486, 603, 488
UNAVAILABLE, NOT_FOUND = 480, 404
_USER = re.compile(r"(?:sips?|tel):([^@;>?]+)", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_BUSY_CODES = {BUSY, 600}
_NO_ANSWER_CODES = {408, UNAVAILABLE, 487}
_REFUSALS = {
    "busy": BUSY,
    "blocked": DECLINED_BY_ALL,
    "declined": DECLINED_BY_ALL,
    "GenericUserRejected": DECLINED_BY_ALL,
    "unknown_number": NOT_FOUND,
}
"""By ``EndReason`` or ``RejectReason``."""


def number_of(address: str) -> str | None:
    """The telephone number of a SIP or tel URI; None for a withheld one, or what is none."""
    match = _USER.search(address)
    user = re.sub(r"[\s().-]", "", unquote(match[1] if match else address))
    return user if _NUMBER.fullmatch(user) else None


def address_of(number: str, domain: str) -> str:
    return f"sip:{number}@{domain}"


def cause_of(code: int) -> str:
    """``FarRefused.cause`` of a call that failed with this status."""
    if code in _BUSY_CODES:
        return "busy"
    if code == DECLINED_BY_ALL:
        return "declined"
    return "no_answer" if code in _NO_ANSWER_CODES else "failed"


def code_of(reason: str) -> int:
    """The status with which a call is refused that ends before anybody took it."""
    return _REFUSALS.get(reason, UNAVAILABLE)


def identity_headers(caller_number: str | None, domain: str) -> dict[str, str]:
    """What the far end is shown (RFC 3325), or that nothing may be shown (RFC 3323)."""
    if caller_number is None:
        return {"Privacy": "id"}
    return {"P-Preferred-Identity": f"<{address_of(caller_number, domain)}>"}


def key_of(content: str) -> str | None:
    """The key of a SIP INFO, ``Signal=5`` or the key alone."""
    match = re.search(r"(?:Signal\s*=\s*)?([0-9*#])", content)
    return match[1] if match else None
