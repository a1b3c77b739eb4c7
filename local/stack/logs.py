"""One log out of many: a readable line each on the console, the whole entry as JSON in a file."""

import json
import os
import sys
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

TAIL = 15
LEVELS = ("debug", "info", "warning", "error", "critical")
NAME_WIDTH = 10
COLOURS = (36, 35, 34, 33, 32, 96)
RED, YELLOW, DIM = 31, 33, 2
SHOWN_ELSEWHERE = frozenset({"time", "level", "logger", "message", "exception", "process"})


class Log:
    """Takes what processes say, line by line. What is below the level ``least`` stays off the console."""

    def __init__(self, path: Path, console: TextIO = sys.stdout, *, least: str = "info") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(path.with_suffix(".previous.jsonl"))
        self._file = path.open("a", encoding="utf-8")
        self._console = console
        self._shown = LEVELS[LEVELS.index(least) :]
        self._colours = console.isatty() and not os.environ.get("NO_COLOR")
        self._seen: dict[str, int] = {}
        self._tails: dict[str, deque[str]] = {}

    def line(self, process: str, text: str, level: str = "info") -> None:
        """A line of a process: a JSON entry, or plain words (a traceback, another program's speech).

        ``level`` is for lines that name none.
        """
        self.entry(process, {"level": level, **_parsed(text)})

    def say(self, message: str, level: str = "info", **fields: Any) -> None:
        """A word of the stack's own."""
        self.entry("stack", {"level": level, "message": message, **fields})

    def entry(self, process: str, entry: Mapping[str, Any]) -> None:
        whole = {"time": _now(), **entry, "process": process}
        self._file.write(json.dumps(whole, ensure_ascii=False, default=str) + "\n")
        self._file.flush()
        line = self._readable(process, whole)
        self._tails.setdefault(process, deque(maxlen=TAIL)).append(line)
        if whole.get("level") in self._shown:
            self.show(line)

    def tail(self, process: str) -> str:
        """The last lines of a process, to tell why it ended."""
        return "\n".join(self._tails.get(process, ()))

    def show(self, text: str) -> None:
        """Plain text on the console alone."""
        self._console.write(text + "\n")
        self._console.flush()

    def close(self) -> None:
        self._file.close()

    def _readable(self, process: str, entry: Mapping[str, Any]) -> str:
        level = str(entry.get("level", "info"))
        fields = " ".join(f"{name}={value}" for name, value in entry.items() if name not in SHOWN_ELSEWHERE)
        message = f"{entry.get('message', '')} {self._paint(fields, DIM)}".rstrip() if fields else entry["message"]
        if level in {"error", "critical"}:
            message = self._paint(str(message), RED)
        elif level == "warning":
            message = self._paint(str(message), YELLOW)
        name = self._paint(f"{process:<{NAME_WIDTH}}", self._colour(process))
        exception = f"\n{entry['exception']}" if entry.get("exception") else ""
        return f"{_clock(str(entry['time']))} {name} {message}{exception}"

    def _colour(self, process: str) -> int:
        return COLOURS[self._seen.setdefault(process, len(self._seen)) % len(COLOURS)]

    def _paint(self, text: str, colour: int) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours and text else text


def _parsed(text: str) -> dict[str, Any]:
    try:
        entry = json.loads(text)
    except ValueError:
        return {"message": text}
    return {"message": "", **entry} if isinstance(entry, dict) else {"message": text}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _clock(time: str) -> str:
    """``2026-11-23T02:15:00.123+00:00`` as ``02:15:00.123``."""
    return time.partition("T")[2][:12]
