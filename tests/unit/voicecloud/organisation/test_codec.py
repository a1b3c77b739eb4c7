"""Configuration as documents."""

from datetime import UTC, datetime, time

import pytest

from shared.errors import InvalidInput
from voicecloud.organisation.codec import decode, encode
from voicecloud.routing.model import (
    Action,
    ActionKind,
    AdHocException,
    CallbackRules,
    Hours,
    Member,
    Pool,
    Prompt,
    Prompts,
    Schedule,
    Selection,
    Target,
    TargetKind,
)

POOL = Pool(
    id="p",
    name="Sales",
    members=(Member("u", 3),),
    time_zone="Europe/Helsinki",
    schedule=Schedule(weekly={0: (Hours(time(8), time(16, 30)),)}),
    prompts=Prompts(pre_welcome=Prompt("welcome", 4.0)),
    no_agents_action=Action(ActionKind.TRANSFER, Target(TargetKind.NUMBER, "+358401234567")),
    exceptions=(AdHocException("fault", enabled=True),),
    selection=Selection.ROUND_ROBIN,
    callback=CallbackRules("l"),
    max_wait_s=90.0,
)


def test_a_pool_survives_the_way_there_and_back() -> None:
    """What is encoded is decoded as the same pool, with every kind of field."""
    assert decode(Pool, encode(POOL)) == POOL


def test_absent_fields_keep_their_defaults() -> None:
    """A document needs to name only what differs."""
    assert decode(Pool, {"Id": "p", "Name": "Sales"}) == Pool("p", "Sales")


def test_moments_are_utc_and_hours_are_on_the_wall() -> None:
    """An offset is taken into account for a moment, and means nothing for a time of day."""
    exception = decode(
        AdHocException, {"Name": "x", "StartsAt": "2026-11-01T10:00:00", "EndsAt": "2026-11-01T14:00+02:00"}
    )
    assert (exception.starts_at, exception.ends_at) == (
        datetime(2026, 11, 1, 10, tzinfo=UTC),
        datetime(2026, 11, 1, 12, tzinfo=UTC),
    )
    assert decode(Hours, {"Opens": "08:00+02:00", "Closes": "16:00"}) == Hours(time(8), time(16))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"Id": "p", "Name": "n", "Colour": 1}, "field-unknown"),
        ({"Id": "p", "Name": "n", "RingTimeoutS": "soon"}, "field-value"),
        ({"Id": "p", "Name": "n", "RingTimeoutS": None}, "field-value"),
        ({"Id": "p", "Name": "n", "Record": "yes"}, "field-value"),
        ({"Id": "p", "Name": "n", "Members": [{"UserId": "u", "Skill": 0}]}, "field-value"),
        ({"Id": "p", "Name": "n", "Schedule": []}, "field-value"),
        ({"Id": "p", "Name": "n", "RingTimeoutS": 1e300}, "field-value"),
        ({"Id": "p", "Name": "n", "MaxQueue": True}, "field-value"),
        ({"Id": "p", "Name": "n", "Language": []}, "field-value"),
        ({"Id": "p", "Name": "n", "TimeZone": "x" * 5_000}, "field-value"),
        ({"Name": "n"}, "field-value"),
    ],
)
def test_what_makes_no_sense_is_refused(document: dict[str, object], code: str) -> None:
    """Unknown names, wrong types and values that the model forbids are named."""
    with pytest.raises(InvalidInput) as refused:
        decode(Pool, document)
    assert refused.value.code == code
