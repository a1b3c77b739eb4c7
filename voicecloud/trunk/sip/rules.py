"""Pure: SIP addresses and codes, and what they mean to routing (RFC 3261, sections 19.1 and 21; RFC 3398)."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

BUSY, DECLINED_BY_ALL, NOT_ACCEPTABLE = 486, 603, 488
UNAVAILABLE, NOT_FOUND = 480, 404
_URI = re.compile(r"\bsips?:(?:([^@<>\s]*)@)?|\btel:([^<>?,\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_CONTEXT = re.compile(r";phone-context=(\+[\d().-]+)", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_ANONYMOUS = re.compile(r"anonymous|restricted|unavailable|\.invalid\b", re.IGNORECASE)
ASSERTED, PRIVACY = "P-Asserted-Identity", ("Privacy", "X-Privacy")
HEADERS = [ASSERTED, *PRIVACY]
"""What is read of an INVITE beside its addresses."""
_HIDING = {"id", "user"}
_SIGNAL = re.compile(r"^[ \t]*Signal[ \t]*=[ \t]*(\S+)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_SIGNALS = {**dict(zip(map(str, range(16)), "0123456789*#ABCD", strict=True)), **{key: key for key in "*#ABCD"}}
"""Keys by what an INFO calls them: numbers as in RFC 4733, or the key itself."""
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
    """The telephone number of a SIP or tel URI, the first of several; None for a withheld one, or what is none.

    A display name says nothing, a SIP URI without a user is a host; a local number has its context before (RFC 3966).
    """
    uris = list(_URI.finditer(_QUOTED.sub("", address)))
    users = [uri[1] or uri[2] or "" for uri in uris] if uris else [address]
    return next((number for user in users if (number := _number_in(user))), None)


def _number_in(user: str) -> str | None:
    """Of the part before ``@``, which may have parameters and a password."""
    number = re.sub(r"[\s().-]", "", unquote(re.split("[;:]", user)[0]))
    if (context := _CONTEXT.search(user)) and not number.startswith("+"):
        number = re.sub(r"[().-]", "", context[1]) + number
    return number if _NUMBER.fullmatch(number) else None


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


def caller_of(address: str, headers: Mapping[str, str], *, is_trusted: bool) -> str | None:
    """The caller's number, None for a withheld one: of P-Asserted-Identity from a peer that is trusted, else of From.

    Whoever asks for privacy (RFC 3323, ``id``: RFC 3325) or calls anonymously is withheld, whatever the network knows.
    """
    said = {name.lower(): str(value) for name, value in headers.items()}
    asked = {one for name in PRIVACY for one in re.split(r"[;,\s]+", said.get(name.lower(), "").lower())}
    if asked & _HIDING or _ANONYMOUS.search(address):
        return None
    asserted = said.get(ASSERTED.lower(), "") if is_trusted else ""
    return number_of(asserted) or number_of(address)


def key_of(content: str) -> str | None:
    """The key of a SIP INFO: that of its ``Signal`` line, or of a body that is nothing but a key."""
    match = _SIGNAL.search(content)
    signal = (match[1] if match else content.strip()).upper()
    return _SIGNALS.get(signal) if match or len(signal) == 1 else None
