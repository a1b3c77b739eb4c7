"""Settings an administrator edits while the app runs: one JSON document per row, read with a short cache (rule 13).

Missing optional fields have the defaults below, and what is not valid is refused. Unknown fields are refused when a
row is written; in rows that are there, of another version perhaps, they are ignored and named by health.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from msgspec import Meta, Struct

from shared.numbers import is_region
from shared.validation import Guid, read

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


UNITS = "minutes, hours or days"
AGE = f"a number above zero with age_unit {UNITS}, ten years at most"
AGE_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}
MAX_AGE_DAYS = 3650
DAY_S = 86_400.0
SUBJECT_FIELDS = ("direction", "party", "pool")
DEFAULT_RETRY_SCHEDULE_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 1800.0)
"""About an hour and a half of trying before a message is given up to the dead-letter queue."""


class Setting(Struct, frozen=True):
    """A row of the settings table."""

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Raises InvalidInput ``invalid-setting``."""
        return read(cls, document, "invalid-setting")


class Region(str):
    """A country by ISO 3166, in capitals."""

    __slots__ = ()

    def __new__(cls, given: object) -> Self:
        region = str(given).upper()
        if not is_region(region):
            raise ValueError("no country")
        return super().__new__(cls, region)


class SubjectTemplate(str):
    """The subject of activities, with places for what the call says."""

    __slots__ = ()

    def __new__(cls, given: object) -> Self:
        try:
            if isinstance(given, str) and given.format_map(dict.fromkeys(SUBJECT_FIELDS, "")) is not None:
                return super().__new__(cls, given)
        except (KeyError, IndexError, AttributeError):
            pass
        raise ValueError("no template")


DEFAULT_SUBJECT = SubjectTemplate("{direction} call: {party}")
Pause = Annotated[float, Meta(gt=0, le=DAY_S)]
Pauses = Annotated[
    tuple[Pause, ...], Meta(min_length=1, description="a list of pauses in seconds, none longer than a day")
]
CustomerKinds = Annotated[
    tuple[Literal["contact", "account", "lead"], ...],
    Meta(min_length=1, description="a list of contact, account, lead"),
]
Limit = Annotated[float, Meta(ge=0, le=DAY_S, description="a number of seconds, a day at most")]


class General(Setting, frozen=True):
    """What holds for the whole deployment.

    ``default_region``: ISO 3166 country of numbers written in national form; None reads international ones only.
    ``retry_schedule_s``: the pauses between tries of a message; after the last one it is dead-lettered.
    """

    default_region: Annotated[Region | None, Meta(description="an ISO 3166 country code such as FI")] = None
    retry_schedule_s: Pauses = DEFAULT_RETRY_SCHEDULE_S


class CallbackProfile(Setting, frozen=True):
    """One voice-cloud callback list bound to one Dynamics queue (F1)."""

    list_id: Annotated[str, Meta(min_length=1, description="the id of a voice-cloud callback list")]
    queue_id: Annotated[Guid, Meta(description="the GUID of a Dynamics queue")]
    method: SyncMethod = SyncMethod.WEBHOOK_AND_POLLING
    age_value: Annotated[float, Meta(description=AGE)] = 7
    age_unit: Annotated[Literal["minutes", "hours", "days"], Meta(description=f"the unit of age_value, {UNITS}")] = (
        "days"
    )
    interval_s: Annotated[float, Meta(gt=0, le=DAY_S, description="a number of seconds above zero, a day at most")] = (
        60.0
    )
    enabled: bool = True
    link_repeats: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.age_value <= timedelta(days=MAX_AGE_DAYS) / AGE_UNITS[self.age_unit]:
            raise ValueError(f"age_value must be {AGE}")

    @property
    def max_age(self) -> timedelta:
        """Older callbacks stay in the voice cloud."""
        return self.age_value * AGE_UNITS[self.age_unit]


class Reclassified(StrEnum):
    """What becomes of the activity of a call that is no longer work (H3)."""

    REMOVE = "remove"
    BLANK = "blank"


class CallSync(Setting, frozen=True):
    """How calls become activities (G, H).

    ``complete``: activities are completed when enriched, at the latest ``complete_limit_s`` after the call; otherwise
    they stay open for the agent. So do those of answered calls with no or several customers until somebody fills in
    Regarding, but with ``complete_unidentified``. ``recordings``: calls are recorded, so a recording is waited for,
    ``recording_limit_s`` after the end of the call at the latest. ``enterprise``:
    calls on other terminals than the web phone are synchronised, with parties of ``customer_kinds``, of at least
    ``duration_limit_s``; ``start_margin_s``: how far an activity written by hand may begin beside the call;
    ``default_assignee``: the Dynamics user that owns what nobody else can.
    """

    subject: Annotated[SubjectTemplate, Meta(description="a text with the places {direction}, {party} and {pool}")] = (
        DEFAULT_SUBJECT
    )
    complete: bool = True
    complete_limit_s: Limit = 900.0
    complete_unidentified: bool = False
    recordings: bool = True
    recording_limit_s: Limit = 3600.0
    enterprise: bool = False
    customer_kinds: CustomerKinds = ("contact",)
    duration_limit_s: Limit = 0.0
    start_margin_s: Limit = 30.0
    default_assignee: Annotated[Guid | None, Meta(description="the GUID of a Dynamics user")] = None
    reclassified: Reclassified = Reclassified.REMOVE
