"""Reading JSON settings strictly: every key is taken, known to have no effect here, or refused by name."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})")


class SettingsError(Exception):
    """A file of settings is not valid, or a setting that is used is not there."""


class Section:
    """One JSON object. Names are found in any case, as .NET finds them; values may be texts, as overrides are."""

    def __init__(self, where: str, document: object) -> None:
        if not isinstance(document, Mapping):
            raise SettingsError(f"{where} is not a JSON object")
        self._where = where
        self._values: dict[str, Any] = {str(name).lower(): value for name, value in document.items()}
        self._names = {str(name).lower(): str(name) for name in document}

    def text(self, name: str, default: str) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, value, "a text")
        return value

    def number(self, name: str, default: int) -> int:
        value = self._take(name, default)
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
            raise self._wrong(name, value, "a whole number")
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = str(self._take(name, default)).lower()
        if value not in {"true", "false"}:
            raise self._wrong(name, value, "true or false")
        return value == "true"

    def span_s(self, name: str, default: str) -> float:
        """A .NET TimeSpan, in seconds."""
        return time_span_s(self.text(name, default))

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts with names of its own choice."""
        value = self._take(name, {})
        if not isinstance(value, Mapping):
            raise self._wrong(name, value, "an object")
        return {str(key): str(text) for key, text in value.items()}

    def section(self, name: str) -> "Section":
        return Section(f"{self._where}: {name}", self._take(name, {}))

    def end(self, *without_effect: str) -> None:
        """Raises SettingsError when something was neither taken nor is named here."""
        known = {name.lower() for name in without_effect}
        if unknown := [self._names[name] for name in self._values if name not in known]:
            raise SettingsError(f"{self._where} holds what this host does not know: {', '.join(sorted(unknown))}")

    def _take(self, name: str, default: Any) -> Any:
        return self._values.pop(name.lower(), default)

    def _wrong(self, name: str, value: object, kind: str) -> SettingsError:
        return SettingsError(f"{self._where}: {name} is {value!r}, not {kind}")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises SettingsError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise SettingsError(f"{path.name} is not a JSON object")
    return document


def time_span_s(text: str) -> float:
    """Seconds of a .NET TimeSpan ``[d.]hh:mm:ss``. Raises SettingsError."""
    match = _TIME_SPAN.fullmatch(text)
    if not match:
        raise SettingsError(f"{text!r} is no time span: [d.]hh:mm:ss")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
