"""Pure: what of a session description is let in, and what is added to ours (RFC 8866, RFC 8839, RFC 7587)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
_MEDIA = re.compile(r"m=\S+ \d+\S* \S+ \S")
_RTPMAP = re.compile(r"^a=rtpmap:", re.MULTILINE)
_AUDIO = re.compile(r"m=audio (\d{1,5}) \S*SAVPF? ")
_MID = re.compile(r"^a=mid:(\S+)", re.MULTILINE)
_DIRECTION = re.compile(r"^a=(?:sendrecv|sendonly|recvonly|inactive)(?=\r?$)", re.MULTILINE)
_FORMAT = re.compile(r"^a=(?:fmtp|rtcp-fb):(\d+) ")
_BUNDLE = re.compile(r"^a=group:BUNDLE[^\r\n]*", re.MULTILINE)
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
    kept, unsaid = "".join(_kept(description.splitlines(keepends=True))), "".join(_unsaid(description))
    first = _RTPMAP.search(kept)  # aiortc answers in the order of these lines: the voice comes before the keys
    place = first.start() if first else len(kept)
    return kept[:place] + unsaid + kept[place:]


@dataclass(frozen=True)
class Choice:
    """Of an offer the one audio stream that is taken, as a description of its own. ``media`` are all the media lines
    of the offer with their ids, ``at`` is the place of the one taken."""

    description: str
    media: Sequence[tuple[str, str | None]]
    at: int

    def answered(self, answer: str) -> str:
        """The answer to the one stream as the answer to all of the offer: the others get port 0 (RFC 3264, 6)."""
        session, *sections = _sections(answer)
        refused = [_refusal(line, mid) for line, mid in self.media]
        return "".join([session, *refused[: self.at], *sections, *refused[self.at + 1 :]])


def chosen(description: str) -> Choice:
    """The first audio stream in it that can be answered: encrypted, with a codec of ours, not switched off.

    Raises InvalidInput ``sdp-too-long``, or ``sdp-malformed`` when there is none.
    """
    if len(description) > LONGEST_SDP:
        raise InvalidInput("sdp-too-long", f"a session description has at most {LONGEST_SDP} characters")
    session, *sections = _sections(description)
    at = next((place for place, section in enumerate(sections) if _is_answerable(section)), None)
    if at is None or not all(_MEDIA.match(section) for section in sections):
        raise InvalidInput("sdp-malformed", "the description has no encrypted audio stream in Opus or G.711")
    media = [(section.splitlines()[0], _mid(section)) for section in sections]
    alone = _BUNDLE.sub(f"a=group:BUNDLE {media[at][1] or 0}", session)
    return Choice(_named(admitted(alone + _directed(session, sections[at]))), media, at)


def _directed(session: str, section: str) -> str:
    """With its direction: that of the session where it has none, else both ways (RFC 8866, section 6.7)."""
    if _DIRECTION.search(section):
        return section
    said = _DIRECTION.search(session)
    return f"{section}{said[0] if said else 'a=sendrecv'}\r\n"


def _named(description: str) -> str:
    """Without what is said of formats that have no name here: G.729's number needs none (RFC 3551, section 6)."""
    lines = description.splitlines(keepends=True)
    named = {line[len("a=rtpmap:") :].split(" ")[0] for line in lines if line.startswith("a=rtpmap:")}
    return "".join(line for line in lines if not (said := _FORMAT.match(line)) or said[1] in named)


def _sections(description: str) -> list[str]:
    """What is said of the session, then each media line with what is said of it (RFC 8866, section 5)."""
    number, found = 0, [""]
    for line in description.splitlines(keepends=True):
        if line.startswith("m="):
            number += 1
            found.append("")
        found[number] += line
    return found


def _is_answerable(section: str) -> bool:
    line = _AUDIO.match(section)
    return bool(line and int(line[1]) and _VOICE.search(section + "".join(_unsaid(section))))


def _mid(section: str) -> str | None:
    found = _MID.search(section)
    return found[1] if found else None


def _refusal(line: str, mid: str | None) -> str:
    kind, _, rest = line.split(" ", 2)
    return f"{kind} 0 {rest}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n" + (f"a=mid:{mid}\r\n" if mid else "")


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
