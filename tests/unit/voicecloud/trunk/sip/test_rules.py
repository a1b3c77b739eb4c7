"""SIP addresses and codes."""

import pytest

from voicecloud.trunk.sip import rules


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("sip:+358401112233@carrier.example", "+358401112233"),
        ('"Matti" <sips:040%20111@carrier.example;user=phone>', "040111"),
        ("tel:+358-40-111-2233", "+358401112233"),
        ("sip:anonymous@anonymous.invalid", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_any_address(address: str, number: str | None) -> None:
    """Visual separators go; what is no number is withheld."""
    assert rules.number_of(address) == number


@pytest.mark.parametrize(
    ("code", "cause"),
    [(486, "busy"), (603, "declined"), (480, "no_answer"), (487, "no_answer"), (404, "failed"), (0, "failed")],
)
def test_a_status_becomes_a_cause(code: int, cause: str) -> None:
    """Busy, declined, not answered, or failed."""
    assert rules.cause_of(code) == cause


def test_a_reason_becomes_a_status() -> None:
    """What routing decided is told to the caller's network, unknown reasons as unavailable."""
    assert [rules.code_of(one) for one in ("busy", "unknown_number", "closed")] == [486, 404, 480]


def test_a_withheld_number_is_not_told() -> None:
    """Privacy is asked for in place of an identity."""
    assert rules.identity_headers(None, "carrier.example") == {"Privacy": "id"}
    shown = rules.identity_headers("+35891000100", "carrier.example")
    assert shown == {"P-Preferred-Identity": "<sip:+35891000100@carrier.example>"}


def test_a_key_is_read_from_an_info() -> None:
    """In both of the usual forms."""
    assert [rules.key_of(one) for one in ("Signal=5\r\nDuration=160", "#", "")] == ["5", "#", None]
