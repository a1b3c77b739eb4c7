"""How the status of agents is kept in line (B, E): the settings row ``presence``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from msgspec import Meta, Struct

from shared.settings.model import Setting
from shared.statuses import Presence, StatusKind
from shared.validation import Guid

MAX_LEASE_S = 3600.0
MAX_LENGTH_S = 31 * 86_400.0
KINDS = ", ".join(StatusKind)
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


class OptionalText(str):
    """Empty where there is none."""

    __slots__ = ()

    def __new__(cls, given: object = None) -> Self:
        if given is not None and not isinstance(given, str):
            raise ValueError("a text")
        return super().__new__(cls, given or "")


NO_TEXT = OptionalText()


class Status(Struct, frozen=True):
    """A status that people choose by name (B4). ``event_type`` is its number at the voice cloud; where several have the
    same number, ``note`` tells them apart. ``length_s``: how long it lasts, None until changed."""

    name: Annotated[str, Meta(min_length=1, description="the name of a status")]
    kind: StatusKind
    event_type: Annotated[int, Meta(description="the number of a status at the voice cloud")]
    length_s: (
        Annotated[float, Meta(gt=0, le=MAX_LENGTH_S, description="a number of seconds, a month at most")] | None
    ) = None
    note: OptionalText = NO_TEXT


class NamedPresence(Struct, frozen=True):
    """A presence of the environment as a row names it."""

    id: Annotated[Guid, Meta(description="the id of a presence")]
    text: OptionalText = NO_TEXT

    def of(self, kind: StatusKind) -> Presence:
        return Presence(str(self.id), kind, str(self.text))


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


OWN = {f"own_{name}": name for name in ("statuses", "presences", "base_statuses", "dnd")}
"""What a row may say of its own; the properties below add what is usual."""


class PresenceSettings(Setting, frozen=True, rename=OWN):
    """``lease_s``: so long after the last sign of life a call holds its agent no more."""

    enabled: bool = False
    method: Method = Method.SERVER
    lease_s: Annotated[float, Meta(gt=0, le=MAX_LEASE_S, description="a number of seconds, an hour at most")] = 30.0
    own_statuses: Annotated[tuple[Status, ...] | None, Meta(description="a list of statuses")] = None
    own_presences: Annotated[Mapping[StatusKind, NamedPresence], Meta(description=f"presences by kind, {KINDS}")] = {}
    own_base_statuses: Annotated[Mapping[StatusKind, int], Meta(description=f"numbers by kind, {KINDS}")] = {}
    own_dnd: Annotated[NamedPresence | None, Meta(description="the id and the text of a presence")] = None

    def __post_init__(self) -> None:
        plain = {status.kind for status in self.statuses if status.length_s is None and not status.note}
        if lacking := set(StatusKind) - plain:
            raise ValueError(f"statuses lacks one without length_s and note for {', '.join(sorted(lacking))}")

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The first without an end of each kind is what the voice cloud is set to when Omnichannel changes."""
        return DEFAULT_STATUSES if self.own_statuses is None else self.own_statuses

    @property
    def presences(self) -> Mapping[StatusKind, Presence]:
        """What Omnichannel is set to, by kind."""
        return DEFAULT_PRESENCES | {kind: named.of(kind) for kind, named in self.own_presences.items()}

    @property
    def base_statuses(self) -> Mapping[StatusKind, int]:
        """Omnichannel's numbers for the kinds."""
        return {**DEFAULT_BASE_STATUSES, **self.own_base_statuses}

    @property
    def dnd(self) -> Presence:
        """What an agent in a call is set to."""
        return self.own_dnd.of(StatusKind.DND) if self.own_dnd else self.presences[StatusKind.DND]

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
