from datetime import timedelta
from uuid import UUID

import pytest

from shared.errors import InvalidInput
from shared.settings.model import CallbackProfile, CallSync, General, SyncMethod

QUEUE = "b7e7a0b4-3f0e-4d0a-9a3c-0a53f0f5c001"
PROFILE = {"list_id": "L1", "queue_id": QUEUE}


def test_a_profile_needs_only_its_list_and_its_queue() -> None:
    """Everything else of a callback profile has a default, and unknown fields are ignored."""
    profile = CallbackProfile.from_document({**PROFILE, "colour": "blue"})
    assert profile == CallbackProfile("L1", UUID(QUEUE))
    assert profile.method is SyncMethod.WEBHOOK_AND_POLLING
    assert profile.max_age == timedelta(days=7)


def test_the_age_limit_is_a_value_with_a_unit() -> None:
    """Ninety minutes, two hours and three days are read as written."""
    ages = {"minutes": (90, timedelta(minutes=90)), "hours": (2, timedelta(hours=2)), "days": (3, timedelta(days=3))}
    for unit, (value, expected) in ages.items():
        assert CallbackProfile.from_document({**PROFILE, "age_value": value, "age_unit": unit}).max_age == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("list_id", ""),
        ("list_id", 7),
        ("queue_id", "sales"),
        ("method", "pigeon"),
        ("interval_s", 0),
        ("interval_s", "often"),
        ("interval_s", float("inf")),
        ("interval_s", 86_401),
        ("age_value", -1),
        ("age_value", float("nan")),
        ("age_value", 3651),
        ("age_value", 10**400),
        ("age_unit", "fortnights"),
        ("enabled", "yes"),
        ("link_repeats", 1),
    ],
)
def test_a_value_that_is_not_valid_is_refused_by_name(field: str, value: object) -> None:
    """A faulty field is named in the error, with what is wanted instead."""
    with pytest.raises(InvalidInput, match=field.replace("age_unit", "age_value")) as refused:
        CallbackProfile.from_document({**PROFILE, field: value})
    assert refused.value.code == "invalid-setting"


def test_the_default_region_is_a_country_code_or_absent() -> None:
    """Without a region numbers in national form are not read; what is no country is refused."""
    assert General.from_document({}).default_region is None
    assert General.from_document({"default_region": "fi"}).default_region == "FI"
    for faulty in ("Finland", "ZZ", "", 358):
        with pytest.raises(InvalidInput):
            General.from_document({"default_region": faulty})


def test_the_retry_schedule_is_a_list_of_pauses() -> None:
    """A schedule of seconds is taken over; an empty one or a negative pause is refused."""
    assert General.from_document({"retry_schedule_s": [1, 2.5]}).retry_schedule_s == (1.0, 2.5)
    for faulty in ([], [-1], ["soon"], 5, [float("inf")]):
        with pytest.raises(InvalidInput):
            General.from_document({"retry_schedule_s": faulty})


def test_calls_need_no_settings() -> None:
    """What is left out has the default that the model names."""
    assert CallSync.from_document({}) == CallSync()
