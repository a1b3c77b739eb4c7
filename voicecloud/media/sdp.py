"""Pure: what of a session description is let in, and what is added to ours (RFC 8866, RFC 8839, RFC 7587)."""

import re
from collections.abc import Iterator

from shared.errors import InvalidInput

LONGEST_SDP = 64 * 1024
MOST_CANDIDATES = 20
"""Each is called on several times: a longer list would make the gateway knock at doors of the offerer's choice."""
REPAIR = "minptime=10;useinbandfec=1"
_FINGERPRINT = re.compile(r"^a=fingerprint:sha-(256|384|512) [0-9A-F:]+\r?$", re.MULTILINE | re.IGNORECASE)
WELL_KNOWN = {"0": "PCMU/8000", "8": "PCMA/8000"}
"""Payload types that need no ``rtpmap`` (RFC 3551, section 6)."""
_FORMATS = re.compile(r"^m=audio \d+ \S+ ([\d ]+?)\r?$", re.MULTILINE)
_VOICE = re.compile(r"^a=rtpmap:\d+ (opus/48000/2|PCM[AU]/8000)", re.MULTILINE | re.IGNORECASE)
_OPUS_LINE = re.compile(r"^(a=rtpmap:(\d+) opus/48000/2)(?=\r?$)", re.MULTILINE | re.IGNORECASE)


def admitted(description: str) -> str:
    """Without candidates that are of no use here: names of a local network (mDNS), TCP, and more than a few.

    Nor does a list end: a peer that has told none of its addresses is known when it calls (RFC 8445, section 7.3.1.3).
    Raises InvalidInput ``sdp-too-long``, or ``sdp-malformed`` without the fingerprint by which the peer is known.
    """
    if len(description) > LONGEST_SDP:
        raise InvalidInput("sdp-too-long", f"a session description has at most {LONGEST_SDP} characters")
    if not _FINGERPRINT.search(description):
        raise InvalidInput("sdp-malformed", "the session description has no fingerprint (RFC 8122)")
    return "".join(_kept(description.splitlines(keepends=True))) + "".join(_unsaid(description))


def has_voice(description: str) -> bool:
    """Whether one of the codecs in it is ours: Opus or G.711."""
    return bool(_VOICE.search(description + "".join(_unsaid(description))))


def _unsaid(description: str) -> Iterator[str]:
    """The line of each payload type that goes without saying."""
    for formats in _FORMATS.findall(description):
        for number in formats.split():
            if number in WELL_KNOWN and f"a=rtpmap:{number} " not in description:
                yield f"a=rtpmap:{number} {WELL_KNOWN[number]}\r\n"


def _kept(lines: list[str]) -> Iterator[str]:
    candidates = 0
    for line in lines:
        if line.startswith("a=candidate:"):
            candidates += 1
            if candidates > MOST_CANDIDATES or not _is_of_use(line.split()):
                continue
        elif line.startswith("a=end-of-candidates"):
            continue
        yield line


def _is_of_use(fields: list[str]) -> bool:
    """``a=candidate:foundation component transport priority address port …``."""
    return len(fields) > 5 and fields[2].lower() == "udp" and not fields[4].lower().endswith(".local")


def with_repair(description: str) -> str:
    """Asks for Opus' in-band repair (RFC 7587, section 6.1), which Chromium sends only when asked to."""

    def asking(line: re.Match[str]) -> str:
        return f"{line[1]}\r\na=fmtp:{line[2]} {REPAIR}"

    return description if REPAIR in description else _OPUS_LINE.sub(asking, description)
