"""Pure: the part of a body that a ``Range`` header asks for (RFC 9110, section 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LARGEST_PART = 4 * 1024 * 1024
"""Players ask again for what follows."""
LARGEST_WHOLE = 32 * 1024 * 1024
"""About an hour and a half: an answer is held in memory as a whole."""

_NUMBER = r"[0-9]{1,15}"
_RANGE = re.compile(rf"bytes=({_NUMBER})?-({_NUMBER})?", re.IGNORECASE)
_CONTENT_RANGE = re.compile(rf"bytes ({_NUMBER})-({_NUMBER})/({_NUMBER})")


@dataclass(frozen=True)
class RangeAnswer:
    """An answer: 200 with everything, 206 with a part, 416 with nothing."""

    status: int
    headers: dict[str, str]
    body: bytes
    content_type: str


def bounded(byte_range: str) -> str:
    """The range to ask the voice cloud for, no longer than a part may be; nothing where only the whole will do."""
    first, last = _bounds(byte_range)
    if first is None or (last is not None and last < first):
        return ""
    end = first + LARGEST_PART - 1
    return f"bytes={first}-{end if last is None else min(last, end)}"


def without_body(content_type: str, size: int | None) -> RangeAnswer:
    """The answer to HEAD."""
    length = {} if size is None else {"Content-Length": str(size)}
    return RangeAnswer(200, {**_headers(), **length}, b"", content_type)


def size_in(headers: Mapping[str, str]) -> int | None:
    """The size of the whole, as the answer with a part of it says."""
    given = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    return int(given[3]) if given else None


def part_as_given(body: bytes, content_type: str, content_range: str, wanted: str) -> RangeAnswer | None:
    """The part that the voice cloud has cut, if it begins where it was asked to and holds what it says."""
    given = _CONTENT_RANGE.fullmatch(content_range.strip())
    first, last = _bounds(wanted)
    if given is None or first is None or last is None:
        return None
    if int(given[1]) != first or not first <= int(given[2]) <= last or len(body) != int(given[2]) - first + 1:
        return None
    return RangeAnswer(206, {**_headers(), "Content-Range": given[0]}, body, content_type)


def part_of(body: bytes, content_type: str, byte_range: str) -> RangeAnswer:
    """One range is served; several at once, and what is no range, are answered with everything."""
    first, last = _bounds(byte_range)
    if first is None and last is None:
        return RangeAnswer(200, _headers(), body, content_type)
    size = len(body)
    if first is None:
        first, last = max(0, size - (last or 0)), None
    last = min(size - 1 if last is None else last, size - 1, first + LARGEST_PART - 1)
    if first >= size or last < first:
        return RangeAnswer(416, {**_headers(), "Content-Range": f"bytes */{size}"}, b"", content_type)
    headers = {**_headers(), "Content-Range": f"bytes {first}-{last}/{size}"}
    return RangeAnswer(206, headers, body[first : last + 1], content_type)


def _bounds(byte_range: str) -> tuple[int | None, int | None]:
    """First and last byte; without a first, how many of the last. Neither when it is no single range."""
    asked = _RANGE.fullmatch(byte_range.strip())
    if asked is None:
        return None, None
    return (int(asked[1]) if asked[1] else None, int(asked[2]) if asked[2] else None)


def _headers() -> dict[str, str]:
    return {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
