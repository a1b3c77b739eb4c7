"""How texts compare: as SQL Server's default collation does, without regard to case and trailing spaces."""

import re
from functools import lru_cache

COLLATION = "DATAVERSE"


def compare(left: str, right: str) -> int:
    """An SQLite collation."""
    first, second = _plain(left), _plain(right)
    return (first > second) - (first < second)


def matches(pattern: str, text: str | None) -> int | None:
    """SQL Server's LIKE: ``%``, ``_``, ``[a-z]`` and ``[^a-z]`` are wildcards, also inside what a client searches."""
    return None if text is None else int(_regex(pattern).fullmatch(text) is not None)


def _plain(text: str) -> str:
    return text.rstrip(" ").casefold()


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\[\^?[^\]]+\]|.", pattern, re.DOTALL)
    return re.compile("".join(_translated(part) for part in parts), re.IGNORECASE | re.DOTALL)


def _translated(part: str) -> str:
    if part in {"%", "_"}:
        return ".*" if part == "%" else "."
    if len(part) > 1:
        inverted = part[1] == "^"
        inside = part[2:-1] if inverted else part[1:-1]
        escaped = re.sub(r"([\\^\[\]&~|])", r"\\\1", inside)
        return f"[{'^' if inverted else ''}{escaped}]"
    return re.escape(part)
