"""SIP addresses and codes."""

import pytest

from voicecloud.settings.sip import Account
from voicecloud.trunk.sip import rules


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("sip:+358401112233@carrier.example", "+358401112233"),
        ('"Matti" <sips:040%20111@carrier.example;user=phone>', "040111"),
        ("tel:+358-40-111-2233", "+358401112233"),
        ("sip:anonymous@anonymous.invalid", None),
        ("", None),
        ("sip:192.168.1.10", None),
        ("<sip:10.0.0.1:5060;lr>", None),
        ("sip:+358401112233:secret@carrier.example", "+358401112233"),
        ("sip:+358401112233;npdi;rn=+35850@carrier.example", "+358401112233"),
        ("sip:1001001;phone-context=+358-9@carrier.example;user=phone", "+35891001001"),
        ("tel:1001001;phone-context=+3589", "+35891001001"),
        ("tel:0401112233;phone-context=carrier.example", "0401112233"),
        ("tel:+358401112233;phone-context=+46", "+358401112233"),
        ("tel:12", None),
        ("tel:112", "112"),
        ("+358 40 111 2233", "+358401112233"),
        ("<sip:matti@carrier.example>, <tel:+358401112233>", "+358401112233"),
        ('"sip:+358409998877@x" <sip:+358401112233@carrier.example>', "+358401112233"),
        (r'"a \" tel:+358409998877" <sip:+358401112233@carrier.example>', "+358401112233"),
    ],
)
def test_a_number_is_read_from_any_address(address: str, number: str | None) -> None:
    """Visual separators go; what is no number is withheld."""
    assert rules.number_of(address) == number


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (486, "busy"),
        (600, "busy"),
        (603, "declined"),
        (408, "no_answer"),
        (480, "no_answer"),
        (487, "no_answer"),
        (404, "failed"),
        (0, "failed"),
    ],
)
def test_a_status_becomes_a_cause(code: int, cause: str) -> None:
    """The causes are busy, declined, not answered and failed."""
    assert rules.cause_of(code) == cause


def test_a_reason_becomes_a_status() -> None:
    """What routing decided is passed to the caller's network, unknown reasons as unavailable."""
    assert [rules.code_of(one) for one in ("busy", "unknown_number", "closed")] == [486, 404, 480]


def test_an_offer_that_cannot_be_taken_is_not_acceptable() -> None:
    """By the number of RFC 3261 (21.4.26), which the caller's network knows."""
    assert rules.NOT_ACCEPTABLE == 488


def test_a_withheld_number_is_not_sent() -> None:
    """Privacy is asked for in place of an identity."""
    assert rules.identity_headers(None, "carrier.example") == {"Privacy": "id"}
    shown = rules.identity_headers("+35891000100", "carrier.example")
    assert shown == {"P-Preferred-Identity": "<sip:+35891000100@carrier.example>"}


def test_a_key_is_read_from_an_info() -> None:
    """Both usual forms of an INFO are read."""
    assert [rules.key_of(one) for one in ("Signal=5\r\nDuration=160", "#", "")] == ["5", "#", None]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("Signal=10", "*"),
        ("Signal=11", "#"),
        ("Signal=A", "A"),
        ("Signal = d\r\n", "D"),
        ("Signal=15", "D"),
        ("Duration=160\r\nSignal=5", "5"),
        ("Duration=160\nSignal=5\n", "5"),
        ("Signal=flash", None),
        ("Signal=16", None),
        ("Signal=", None),
        ("Duration=160", None),
        ("NotSignal=5", None),
        ("press 5", None),
        ("10", None),
        ("d\n", "D"),
    ],
)
def test_a_key_is_that_of_the_signal_line(content: str, key: str | None) -> None:
    """And of no other; what is no key of a telephone is none."""
    assert rules.key_of(content) == key


CALLER = "sip:+358401234567@carrier.example"
ASSERTED = {"P-Asserted-Identity": '"Matti" <sip:+358407654321@carrier.example>, <tel:+358407654321>'}


@pytest.mark.parametrize(
    ("address", "headers", "is_trusted", "number"),
    [
        (CALLER, {}, True, "+358401234567"),
        (CALLER, {"privacy": "id"}, False, None),
        (CALLER, {"Privacy": "header; user"}, True, None),
        (CALLER, {"X-Privacy": "id;critical"}, False, None),
        (CALLER, {"Privacy": "none"}, False, "+358401234567"),
        (CALLER, ASSERTED, False, "+358401234567"),
        (CALLER, ASSERTED, True, "+358407654321"),
        (CALLER, {"p-asserted-identity": ""}, True, "+358401234567"),
        (CALLER, {**ASSERTED, "Privacy": "id"}, True, None),
        ("sip:anonymous@anonymous.invalid", ASSERTED, True, None),
        ("sip:sales@pbx.example", ASSERTED, True, "+358407654321"),
        ("sip:sales@pbx.example", ASSERTED, False, None),
    ],
)
def test_a_caller_is_who_they_say_or_who_a_trusted_network_says(
    address: str, headers: dict[str, str], is_trusted: bool, number: str | None
) -> None:
    """Nobody who asks for privacy is known by their number, neither shown nor stored (RFC 3323, RFC 3325)."""
    assert rules.caller_of(address, headers, is_trusted=is_trusted) == number


@pytest.mark.parametrize(
    ("identity", "proxy", "trusted", "is_trusted"),
    [
        ("sip:trunk@Carrier.example:5060", "", {"carrier.example"}, True),
        ("sip:trunk@pbx.example", "sip:edge.carrier.example:5060;lr", {"edge.carrier.example"}, True),
        ("sip:trunk@carrier.example", "", {"other.example"}, False),
        ("sip:trunk@carrier.example", "", set(), False),
    ],
)
def test_a_carrier_is_trusted_by_name(identity: str, proxy: str, trusted: set[str], *, is_trusted: bool) -> None:
    """It is named by its own or its proxy's name; by default none is trusted."""
    assert Account("http://janus", identity, proxy, trusted=frozenset(trusted)).is_trusted is is_trusted
