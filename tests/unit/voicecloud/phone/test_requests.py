"""What phones may say."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput, Missing
from shared.numbers.dialling import Dialled
from tests.fixtures.routing import MONDAY_NOON
from voicecloud.phone import requests
from voicecloud.phone.memory import KEPT_FOR
from voicecloud.routing.model import Target, TargetKind

ANNAS, SALES = "+35891001001", "+35891000100"


def found(rows: dict[str, Any], row_id: str) -> Any:
    if row_id not in rows:
        raise Missing("unknown", "there is none")
    return rows[row_id]


def organisation() -> Any:
    """Of a directory what requests ask: a region, a user with a number and one without, a pool."""
    users = {"anna": SimpleNamespace(work_number=ANNAS), "none": SimpleNamespace(work_number="")}
    pools = {"sales": SimpleNamespace(numbers=[SALES]), "empty": SimpleNamespace(numbers=[])}
    return SimpleNamespace(
        organisation=SimpleNamespace(region="FI"),
        user=lambda row_id: found(users, row_id),
        queue=lambda row_id: found(pools, row_id),
    )


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("040 123 4567", "+358401234567"),
        ("+358 (0)40 1234567", "+358401234567"),
        ("112", "112"),
        ("10 01", "1001"),
        ("*21#", "*21#"),
        ("user:anna", ANNAS),
        ("pool:sales", SALES),
    ],
)
def test_numbers_in_any_spelling_are_called(text: str, called: str) -> None:
    """Short and service numbers as they are, colleagues and pools by id (C1)."""
    assert requests.number(text, organisation()).number == called


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "x@evil.example",
        "sip:a@b",
        "",
        "user:none",
        "pool:empty",
        "1" * 21,
        "1;ext=2",
        "*21*+358401234567#",
        "+358401234567@evil.example",
    ],
)
def test_what_is_no_number_is_not_called(text: str) -> None:
    """Least of all an address that a trunk would take for one of its own."""
    with pytest.raises(InvalidInput, match="number"):
        requests.number(text, organisation())


@given(st.text(max_size=40) | st.from_regex(r"(sip:)?[+0-9a-z@;=.]{1,25}", fullmatch=True))
def test_nothing_but_digits_reaches_a_trunk(text: str) -> None:
    """This holds whatever was typed."""
    try:
        called = requests.number(text, organisation()).number
    except (InvalidInput, Missing):
        return
    assert re.fullmatch(r"\+?[0-9*#]{1,20}", called)


def test_targets_are_users_pools_and_numbers() -> None:
    """Whether there is such a user or pool is routing's to say (C3)."""
    for text, kind in (("user:u", TargetKind.USER), ("pool:p", TargetKind.POOL)):
        assert requests.target({"To": text}, organisation()) == Target(kind, text[5:])
    assert requests.target({"To": "040 1234567"}, organisation()) == Target(TargetKind.NUMBER, "+358401234567")
    for to in (None, 1, "", "user:"):
        with pytest.raises(InvalidInput):
            requests.target({"To": to}, organisation())


ODD = st.none() | st.integers() | st.floats() | st.lists(st.booleans(), max_size=2)


@given(ODD | st.booleans() | st.text(max_size=40).filter(lambda text: not re.fullmatch(r"[0-9*#A-D]{1,32}", text)))
def test_what_are_no_keys_is_refused(value: object) -> None:
    """Keys are those of a telephone, at most 32 at once."""
    with pytest.raises(InvalidInput, match="field-value"):
        requests.keys({"Keys": value})


@given(ODD | st.text(max_size=5))
def test_what_is_no_switch_is_refused(value: object) -> None:
    """Neither 1 nor "true" mutes anybody."""
    with pytest.raises(InvalidInput, match="field-value"):
        requests.flag({"Muted": value}, "Muted")


def test_keys_and_switches_are_taken_as_they_are() -> None:
    """All sixteen keys there are."""
    assert requests.keys({"Keys": "0123456789*#ABCD"}) == "0123456789*#ABCD"
    assert [requests.flag({"Paused": value}, "Paused") for value in (True, False)] == [True, False]


def version_7(seconds: float) -> str:
    return str(UUID(int=int(seconds * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | 5))


def test_an_id_of_a_call_was_made_just_now() -> None:
    """It is remembered longer than it passes for new, so no call is dialled twice by one id."""
    now = MONDAY_NOON.timestamp()
    requests.check_call_id(version_7(now), lambda: MONDAY_NOON)
    half = KEPT_FOR.total_seconds() / 2
    for odd in (version_7(now - half - 1), version_7(now + half + 1), str(uuid4()), "x", ""):
        with pytest.raises(InvalidInput, match="call-id"):
            requests.check_call_id(odd, lambda: MONDAY_NOON)
    with pytest.raises(InvalidInput):
        requests.check_call_id(version_7(now), lambda: MONDAY_NOON + timedelta(hours=1))


def test_several_numbers_are_refused_with_what_they_are() -> None:
    """A text is never squeezed into one number; full-width digits are digits."""
    with pytest.raises(InvalidInput, match="number-ambiguous") as refusal:
        requests.number("040 1234567 / 050 7654321", organisation())
    assert refusal.value.details == {"numbers": ["+358401234567", "+358507654321"]}
    assert requests.number("１１２", organisation()).number == "112"


def test_an_extension_is_keys_and_no_part_of_the_number() -> None:
    """Of what is dialled; a call that is handed on has nobody to press them."""
    assert requests.number("tel:+358401234567;ext=2", organisation()) == Dialled("+358401234567", "2")
    with pytest.raises(InvalidInput, match="number-extension"):
        requests.target({"To": "040 1234567,,2"}, organisation())
    assert requests.extension(",,227#") == ",,227#"
    for odd in (5, ["1"], "x", "1" * 41):
        with pytest.raises(InvalidInput, match="field-value"):
            requests.extension(odd)
