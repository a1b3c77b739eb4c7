"""How the status of agents is kept in line (B, E): the settings row ``presence``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from shared.errors import InvalidInput
from shared.statuses import Presence, StatusKind

MAX_LEASE_S = 3600.0
MAX_LENGTH_S = 31 * 86_400.0
_SHARED_ID = "c07a-e811-8162-000d3aa11f50"
DEFAULT_PRESENCES = {
    StatusKind.AVAILABLE: Presence(f"f523f628-{_SHARED_ID}", StatusKind.AVAILABLE, "Available"),
    StatusKind.BUSY: Presence(f"efdeb843-{_SHARED_ID}", StatusKind.BUSY, "Busy"),
    StatusKind.DND: Presence(f"08971864-{_SHARED_ID}", StatusKind.DND, "Do not disturb"),
    StatusKind.AWAY: Presence(f"3dacae76-{_SHARED_ID}", StatusKind.AWAY, "Appear away"),
    StatusKind.OFF_WORK: Presence(f"70139190-{_SHARED_ID}", StatusKind.OFF_WORK, "Offline"),
}
"""The presences every environment has, under the same ids everywhere."""

DEFAULT_BASE_STATUSES = {
    StatusKind.AVAILABLE: 192360000,
    StatusKind.BUSY: 192360001,
    StatusKind.DND: 192360002,
    StatusKind.AWAY: 192360003,
    StatusKind.OFF_WORK: 192360004,
}


BASE_NAMES = {
    "AVAILABLE": StatusKind.AVAILABLE,
    "BUSY": StatusKind.BUSY,
    "BUSY_DO_NOT_DISTURB": StatusKind.DND,
    "AWAY": StatusKind.AWAY,
    "OFFLINE": StatusKind.OFF_WORK,
}


class Method(StrEnum):
    """Who reads and writes Omnichannel: the app, or the phone where there is no server-side API for it."""

    SERVER = "server"
    PHONE = "phone"


@dataclass(frozen=True)
class Status:
    """A status that people choose by name (B4). ``event_type`` is its number at the voice cloud; where several have the
    same number, ``note`` tells them apart. ``length_s``: how long it lasts, None until changed."""

    name: str
    kind: StatusKind
    event_type: int
    length_s: float | None = None
    note: str = ""


DEFAULT_STATUSES = (
    Status("Available", StatusKind.AVAILABLE, 0),
    Status("Busy", StatusKind.BUSY, 1),
    Status("Away", StatusKind.AWAY, 2),
    Status("Do not disturb", StatusKind.DND, 3),
    Status("Off work", StatusKind.OFF_WORK, 4),
    Status("Be right back", StatusKind.AWAY, 5),
    Status("In a conference", StatusKind.DND, 6),
    Status("Lunch", StatusKind.OFF_WORK, 7, length_s=1800.0),
    Status("Sick leave", StatusKind.OFF_WORK, 8),
)


@dataclass(frozen=True)
class PresenceSettings:
    """``statuses``: the first without an end of each kind is what the voice cloud is set to when Omnichannel changes.
    ``presences``: what Omnichannel is set to, by kind; ``base_statuses``: its numbers for the kinds; ``dnd``: what an
    agent in a call is set to; ``lease_s``: so long after the last sign of life a call holds its agent no more."""

    enabled: bool = False
    method: Method = Method.SERVER
    lease_s: float = 30.0
    statuses: tuple[Status, ...] = DEFAULT_STATUSES
    presences: Mapping[StatusKind, Presence] = field(default_factory=lambda: dict(DEFAULT_PRESENCES))
    base_statuses: Mapping[StatusKind, int] = field(default_factory=lambda: dict(DEFAULT_BASE_STATUSES))
    dnd: Presence = DEFAULT_PRESENCES[StatusKind.DND]

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        presences = _presences(document)
        return cls(
            enabled=_enabled(document),
            method=_method(document),
            lease_s=_seconds(document.get("lease_s", 30), "lease_s", MAX_LEASE_S),
            statuses=_statuses(document),
            presences=presences,
            base_statuses=_base_statuses(document),
            dnd=_dnd(document, presences[StatusKind.DND]),
        )

    def status_of(self, event_type: int, note: str) -> Status | None:
        """The status an availability of the voice cloud is; None for a number nobody has set up."""
        same = [status for status in self.statuses if status.event_type == event_type]
        noted = (status for status in same if status.note and note.startswith(status.note))
        return next(noted, next((status for status in same if not status.note), None))

    def status_named(self, name: str) -> Status | None:
        return next((status for status in self.statuses if status.name.casefold() == name.casefold()), None)

    def status_for(self, kind: StatusKind) -> Status:
        """What the voice cloud is set to for a kind; every kind has one."""
        return next(status for status in self.statuses if status.kind is kind and status.length_s is None)

    def kind_reported(self, base: object) -> StatusKind | None:
        """Of a base status as the channel framework gives it: a number, or a name such as ``BUSY_DO_NOT_DISTURB``."""
        return self.kind_of(base) if isinstance(base, int) else BASE_NAMES.get(str(base).upper())

    def kind_of(self, base_status: int) -> StatusKind | None:
        return next((kind for kind, number in self.base_statuses.items() if number == base_status), None)


def _enabled(document: Mapping[str, object]) -> bool:
    value = document.get("enabled", False)
    if isinstance(value, bool):
        return value
    raise _invalid("enabled", "true or false")


def _method(document: Mapping[str, object]) -> Method:
    try:
        return Method(str(document.get("method", Method.SERVER)))
    except ValueError:
        raise _invalid("method", "one of " + ", ".join(Method)) from None


def _statuses(document: Mapping[str, object]) -> tuple[Status, ...]:
    listed = document.get("statuses", None)
    if listed is None:
        return DEFAULT_STATUSES
    if not isinstance(listed, list) or not all(isinstance(one, Mapping) for one in listed):
        raise _invalid("statuses", "a list of statuses")
    statuses = tuple(_status(one) for one in listed)
    lacking = set(StatusKind) - {status.kind for status in statuses if status.length_s is None and not status.note}
    if lacking:
        raise _invalid("statuses", "a list with a status without length_s and note for " + ", ".join(sorted(lacking)))
    return statuses


def _status(document: Mapping[str, Any]) -> Status:
    name, number, length_s = document.get("name"), document.get("event_type"), document.get("length_s")
    if not isinstance(name, str) or not name:
        raise _invalid("name", "the name of a status")
    if not isinstance(number, int) or isinstance(number, bool):
        raise _invalid("event_type", "the number of a status at the voice cloud")
    length = None if length_s is None else _seconds(length_s, "length_s", MAX_LENGTH_S)
    return Status(name, _kind(document.get("kind"), "kind"), number, length, _text(document, "note"))


def _presences(document: Mapping[str, object]) -> dict[StatusKind, Presence]:
    given = document.get("presences", {})
    if not isinstance(given, Mapping):
        raise _invalid("presences", "presences by kind")
    found = dict(DEFAULT_PRESENCES)
    for name, one in given.items():
        kind = _kind(name, "presences")
        found[kind] = _presence(one, kind, "presences")
    return found


def _dnd(document: Mapping[str, object], default: Presence) -> Presence:
    given = document.get("dnd", None)
    return default if given is None else _presence(given, StatusKind.DND, "dnd")


def _presence(given: object, kind: StatusKind, name: str) -> Presence:
    document = given if isinstance(given, Mapping) else {}
    try:
        return Presence(str(UUID(str(document.get("id")))), kind, _text(document, "text"))
    except ValueError:
        raise _invalid(name, "the id and the text of a presence") from None


def _base_statuses(document: Mapping[str, object]) -> dict[StatusKind, int]:
    given = document.get("base_statuses", {})
    if not isinstance(given, Mapping) or not all(type(one) is int for one in given.values()):
        raise _invalid("base_statuses", "numbers by kind")
    return {**DEFAULT_BASE_STATUSES, **{_kind(name, "base_statuses"): number for name, number in given.items()}}


def _text(document: Mapping[str, Any], name: str) -> str:
    """Empty where there is none."""
    text = document.get(name)
    if text is not None and not isinstance(text, str):
        raise _invalid(name, "a text")
    return text or ""


def _kind(name: object, of: str) -> StatusKind:
    try:
        return StatusKind(str(name))
    except ValueError:
        raise _invalid(of, "of the kinds " + ", ".join(StatusKind)) from None


def _seconds(value: object, name: str, most: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most:
        return float(value)
    raise _invalid(name, f"a number of seconds above zero, {most:.0f} at most")


def _invalid(name: str, wanted: str) -> InvalidInput:
    return InvalidInput("invalid-setting", f"{name} must be {wanted}")
