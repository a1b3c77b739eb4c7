"""Settings an administrator edits while the app runs: one JSON document per row, read with a short cache (rule 13).

Missing optional fields have the defaults below, and what is not valid is refused. Unknown fields are refused when a
row is written; in rows that are there, of another version perhaps, they are ignored and named by health.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from shared.errors import InvalidInput
from shared.numbers import is_region

Document = Mapping[str, object]


class SettingKind(StrEnum):
    """The partitions of the settings table."""

    GENERAL = "general"
    CALLBACK_PROFILE = "callback-profile"
    CALL_SYNC = "call-sync"
    PRESENCE = "presence"
    PHONE = "phone"


class SyncMethod(StrEnum):
    """How callbacks of a list reach us (F1)."""

    POLLING = "polling"
    WEBHOOK = "webhook"
    WEBHOOK_AND_POLLING = "webhook-backed-with-polling"


AGE_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
MAX_AGE_DAYS = 3650
MAX_INTERVAL_S = 86_400.0
MAX_PAUSE_S = 86_400.0
MAX_LIMIT_S = 86_400.0
CUSTOMER_KINDS = ("contact", "account", "lead")
SUBJECT_FIELDS = ("direction", "party", "pool")
DEFAULT_SUBJECT = "{direction} call: {party}"
DEFAULT_RETRY_SCHEDULE_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 1800.0)
"""About an hour and a half of trying before a message is given up to the dead-letter queue."""


@dataclass(frozen=True)
class General:
    """What holds for the whole deployment.

    ``default_region``: ISO 3166 country of numbers written in national form; None reads international ones only.
    ``retry_schedule_s``: the pauses between tries of a message; after the last one it is dead-lettered.
    """

    default_region: str | None = None
    retry_schedule_s: tuple[float, ...] = DEFAULT_RETRY_SCHEDULE_S

    @classmethod
    def from_document(cls, document: Document) -> Self:
        schedule = document.get("retry_schedule_s", list(DEFAULT_RETRY_SCHEDULE_S))
        if not isinstance(schedule, list) or not schedule or not all(_is_within(one, MAX_PAUSE_S) for one in schedule):
            raise _invalid("retry_schedule_s", "a list of pauses in seconds, none longer than a day")
        return cls(_region(document), tuple(float(pause) for pause in schedule))


@dataclass(frozen=True)
class CallbackProfile:
    """One voice-cloud callback list bound to one Dynamics queue (F1)."""

    list_id: str
    queue_id: UUID
    method: SyncMethod = SyncMethod.WEBHOOK_AND_POLLING
    max_age: timedelta = timedelta(days=7)
    interval_s: float = 60.0
    enabled: bool = True
    link_repeats: bool = True

    @classmethod
    def from_document(cls, document: Document) -> Self:
        list_id = document.get("list_id")
        if not isinstance(list_id, str) or not list_id:
            raise _invalid("list_id", "the id of a voice-cloud callback list")
        interval_s = document.get("interval_s", 60)
        if not _is_within(interval_s, MAX_INTERVAL_S):
            raise _invalid("interval_s", "a number of seconds above zero, a day at most")
        return cls(
            list_id=list_id,
            queue_id=_queue_id(document),
            method=_method(document),
            max_age=_max_age(document),
            interval_s=float(str(interval_s)),
            enabled=_flag(document, "enabled"),
            link_repeats=_flag(document, "link_repeats"),
        )


class Reclassified(StrEnum):
    """What becomes of the activity of a call that is no longer work (H3)."""

    REMOVE = "remove"
    BLANK = "blank"


@dataclass(frozen=True)
class CallSync:
    """How calls become activities (G, H).

    ``complete``: activities are completed when enriched, at the latest ``complete_limit`` after the call; otherwise
    they stay open for the agent. So do those of answered calls with no or several customers until somebody fills in
    Regarding, but with ``complete_unidentified``. ``recordings``: calls are recorded, so a recording is waited for,
    ``recording_limit`` after the end of the call at the latest. ``enterprise``:
    calls on other terminals than the web phone are synchronised, with parties of ``customer_kinds``, of at least
    ``duration_limit_s``; ``start_margin``: how far an activity written by hand may begin beside the call;
    ``default_assignee``: the Dynamics user that owns what nobody else can.
    """

    subject: str = DEFAULT_SUBJECT
    complete: bool = True
    complete_limit: timedelta = timedelta(minutes=15)
    complete_unidentified: bool = False
    recordings: bool = True
    recording_limit: timedelta = timedelta(hours=1)
    enterprise: bool = False
    customer_kinds: tuple[str, ...] = ("contact",)
    duration_limit_s: float = 0.0
    start_margin: timedelta = timedelta(seconds=30)
    default_assignee: UUID | None = None
    reclassified: Reclassified = Reclassified.REMOVE

    @classmethod
    def from_document(cls, document: Document) -> Self:
        return cls(
            subject=_subject(document),
            complete=_flag(document, "complete"),
            complete_limit=timedelta(seconds=_seconds(document, "complete_limit_s", 900)),
            complete_unidentified=_flag(document, "complete_unidentified", default=False),
            recordings=_flag(document, "recordings"),
            recording_limit=timedelta(seconds=_seconds(document, "recording_limit_s", 3600)),
            enterprise=_flag(document, "enterprise", default=False),
            customer_kinds=_customer_kinds(document),
            duration_limit_s=_seconds(document, "duration_limit_s", 0),
            start_margin=timedelta(seconds=_seconds(document, "start_margin_s", 30)),
            default_assignee=_user_id(document),
            reclassified=_reclassified(document),
        )


def _subject(document: Document) -> str:
    subject = document.get("subject", DEFAULT_SUBJECT)
    try:
        if isinstance(subject, str) and subject.format_map(dict.fromkeys(SUBJECT_FIELDS, "")) is not None:
            return subject
    except (KeyError, ValueError, IndexError, AttributeError):
        pass
    raise _invalid("subject", "a text with the places {direction}, {party} and {pool}")


def _seconds(document: Document, name: str, default: float) -> float:
    value = document.get(name, default)
    if value is not False and (value == 0 or _is_within(value, MAX_LIMIT_S)):
        return float(str(value))
    raise _invalid(name, "a number of seconds, a day at most")


def _customer_kinds(document: Document) -> tuple[str, ...]:
    kinds = document.get("customer_kinds", ["contact"])
    if isinstance(kinds, list) and kinds and all(kind in CUSTOMER_KINDS for kind in kinds):
        return tuple(kinds)
    raise _invalid("customer_kinds", "a list of " + ", ".join(CUSTOMER_KINDS))


def _user_id(document: Document) -> UUID | None:
    given = document.get("default_assignee")
    try:
        return None if given is None else UUID(str(given))
    except ValueError:
        raise _invalid("default_assignee", "the GUID of a Dynamics user") from None


def _reclassified(document: Document) -> Reclassified:
    try:
        return Reclassified(str(document.get("reclassified", Reclassified.REMOVE)))
    except ValueError:
        raise _invalid("reclassified", "one of " + ", ".join(Reclassified)) from None


def _region(document: Document) -> str | None:
    region = document.get("default_region")
    if region is None:
        return None
    if not isinstance(region, str) or not is_region(region.upper()):
        raise _invalid("default_region", "an ISO 3166 country code such as FI")
    return region.upper()


def _queue_id(document: Document) -> UUID:
    try:
        return UUID(str(document.get("queue_id")))
    except ValueError:
        raise _invalid("queue_id", "the GUID of a Dynamics queue") from None


def _method(document: Document) -> SyncMethod:
    try:
        return SyncMethod(str(document.get("method", SyncMethod.WEBHOOK_AND_POLLING)))
    except ValueError:
        raise _invalid("method", "one of " + ", ".join(SyncMethod)) from None


def _max_age(document: Document) -> timedelta:
    value, unit = document.get("age_value", 7), AGE_UNITS.get(str(document.get("age_unit", "days")))
    if unit is None or not _is_within(value, timedelta(days=MAX_AGE_DAYS) / unit):
        raise _invalid("age_value", "a number above zero with age_unit minutes, hours or days, ten years at most")
    return float(str(value)) * unit


def _flag(document: Document, name: str, *, default: bool = True) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise _invalid(name, "true or false")
    return value


def _is_within(value: object, most: float) -> bool:
    """Whether it is a number above zero and at most ``most``."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most


def _invalid(name: str, wanted: str) -> InvalidInput:
    return InvalidInput("invalid-setting", f"{name} must be {wanted}")
