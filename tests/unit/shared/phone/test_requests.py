from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput, Missing
from shared.numbers.dialling import Dialled
from shared.phone import requests

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["mute", "keys", "transfer", "consult", "recording", "hold", "dance", ""]), JSON)
def test_whatever_a_command_holds_is_meant_or_refused(name: str, body: object) -> None:
    """Never anything else: no field of it reaches the voice cloud unchecked."""
    try:
        wanted = requests.command(name, body)
    except (InvalidInput, Missing):
        return
    assert wanted.keys() <= {"Muted", "Keys", "To", "Paused"}
    assert all(isinstance(value, bool) or 0 < len(value) <= 128 for value in wanted.values())


@given(st.text())
def test_ids_cannot_leave_their_place_in_a_path(text: str) -> None:
    """Slashes, dots and spaces belong to no id of a session or a call."""
    for read in (requests.session_id, requests.call_id):
        with suppress(InvalidInput):
            assert not set(read(text)) & set("/\\.?#% ")


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/sdp; charset=utf-8", b"v=0\r\n", None),
        ("APPLICATION/SDP", b"v=0\r\n", None),
        ("application/json", b"v=0\r\n", "sdp-expected"),
        ("", b"v=0\r\n", "sdp-expected"),
        ("application/sdp", b"", "sdp-expected"),
        ("application/sdp", b"\xff\xfe", "sdp-expected"),
        ("application/sdp", b"v=0\r\n" + b"a" * requests.MAX_SDP, "sdp-too-long"),
    ],
)
def test_an_offer_is_a_session_description(content_type: str, body: bytes, code: str | None) -> None:
    """It is known by its type, its beginning and its length."""
    if code is None:
        assert requests.sdp(content_type, body) == body
        return
    with pytest.raises(InvalidInput, match=code):
        requests.sdp(content_type, body)


def test_a_phones_description_of_itself_is_cut_and_cleaned() -> None:
    """It is shown to a person: no control characters, no novel; anything else is nothing."""
    assert requests.client("Chrome\x00 on\x1b Windows") == "Chrome on Windows"
    assert len(requests.client("x" * 5000)) == requests.MAX_CLIENT
    assert requests.client({"a": 1}) == ""


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("040 123 4567", "+358401234567"),
        ("+358 (0)40 123-4567", "+358401234567"),
        ("112", "112"),
        ("1 001", "1001"),
        ("*31#", "*31#"),
        ("user:71000000-0000-4000-8000-000000000001", "user:71000000-0000-4000-8000-000000000001"),
        ("pool:73", "pool:73"),
    ],
)
def test_what_is_typed_is_what_is_called(text: str, called: str) -> None:
    """In E.164 where it is a number; short numbers and people as they are."""
    assert requests.called(text, "FI") == Dialled(called)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("040 1234567 / 050 7654321", "number-ambiguous"),
        ("*21*+358401234567#", "number-unreadable"),
        ("+358401234567@evil.example", "number-unreadable"),
    ],
)
def test_a_text_that_is_not_one_number_is_refused_in_words(text: str, code: str) -> None:
    """Dialled or sent to: no digits are squeezed together (C1, C3)."""
    with pytest.raises(InvalidInput, match=code):
        requests.called(text, "FI")
    for name in ("transfer", "consult"):
        with pytest.raises(InvalidInput, match=code):
            requests.command(name, {"to": text}, "FI")


def test_an_extension_becomes_keys_and_nobody_is_sent_to_one() -> None:
    """After the answer they are pressed; of a call that is handed on nobody would press them."""
    assert requests.called("+358 9 1234567,,227#", "FI") == Dialled("+35891234567", ",,227#")
    with pytest.raises(InvalidInput, match="number-extension"):
        requests.command("transfer", {"to": "040 1234567 ext 2"}, "FI")
