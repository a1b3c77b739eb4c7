"""Pure: the part of a body that a ``Range`` header asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

LARGEST_PART = 4 * 1024 * 1024
"""Players ask again for what follows."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Part:
    """An answer: 200 with everything, 206 with a part, 416 with nothing."""

    status: int
    headers: dict[str, str]
    body: bytes
    content_type: str


def part_of(body: bytes, content_type: str, byte_range: str) -> Part:
    """One range is served; several at once, and what is no range, are answered with everything."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    asked = _RANGE.fullmatch(byte_range.strip())
    if asked is None or asked[0] == "bytes=-":
        return Part(200, headers, body, content_type)
    size = len(body)
    if asked[1]:
        first, last = int(asked[1]), min(int(asked[2]) if asked[2] else size - 1, size - 1)
    else:
        first, last = max(0, size - int(asked[2])), size - 1
    last = min(last, first + LARGEST_PART - 1)
    if first >= size or last < first:
        return Part(416, {**headers, "Content-Range": f"bytes */{size}"}, b"", content_type)
    return Part(206, {**headers, "Content-Range": f"bytes {first}-{last}/{size}"}, body[first : last + 1], content_type)
