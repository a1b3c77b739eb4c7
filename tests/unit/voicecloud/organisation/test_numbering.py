"""Numbers of events and of the configuration, in one spelling."""

import pytest

from voicecloud.organisation.numbering import Numbering, with_targets
from voicecloud.routing.events import CallArrived, Consult, DialOut, RoutingAnswer, RoutingAnswered, SetCallerNumber
from voicecloud.routing.model import Forwarding, Subscriber, Target, TargetKind

OWN = "+35891001001"
NUMBERING = Numbering("SE", "FI", lambda: {OWN, "1001"})


def number(text: str) -> Target:
    return Target(TargetKind.NUMBER, text)


def test_a_call_is_read_by_the_trunks_country_a_dialled_number_by_that_of_the_organisation() -> None:
    """A trunk from Sweden into an organisation in Finland."""
    arrived = NUMBERING.event(CallArrived("c", "070-123 45 67", "35891001001"))
    assert arrived == CallArrived("c", "+46701234567", OWN)
    assert NUMBERING.event(DialOut("c", "u", "040 1234567")) == DialOut("c", "u", "+358401234567")
    assert NUMBERING.event(SetCallerNumber("u", "09 1001001")) == SetCallerNumber("u", OWN)
    assert NUMBERING.event(SetCallerNumber("u", None)) == SetCallerNumber("u", None)


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ("+5491166773399", "+541166773399"),
        ("+5491166773399", "541166773399"),
        ("+541166773399", "+54 9 11 6677 3399"),
        ("+525512345678", "+5215512345678"),
    ],
)
def test_a_line_of_ours_is_found_however_the_trunk_shows_it(own: str, sent: str) -> None:
    """The 9 of Argentine mobiles, and the 1 that Mexico's had, are not shown by all networks."""
    numbering = Numbering("FI", "FI", lambda: {OWN, own})
    assert numbering.event(CallArrived("c", None, sent)) == CallArrived("c", None, own)
    assert numbering.event(DialOut("c", "u", sent)) == DialOut("c", "u", own)


@pytest.mark.parametrize("withheld", ["anonymous", "+86282452253", "", None])
def test_who_withholds_their_number_has_none(withheld: str | None) -> None:
    """It has none however the network says so."""
    assert NUMBERING.event(CallArrived("c", withheld, "1001")) == CallArrived("c", None, "1001")


def test_wherever_a_call_is_sent_the_number_is_in_one_spelling() -> None:
    """By hand, by an answer of smart routing, by somebody's forwarding; people and pools keep their ids."""
    assert NUMBERING.event(Consult("l", number("040 1234567"))) == Consult("l", number("+358401234567"))
    pool = Target(TargetKind.POOL, "0401234567")
    assert NUMBERING.event(Consult("l", pool)) == Consult("l", pool)
    answer = NUMBERING.event(RoutingAnswered("c", RoutingAnswer(number("0401234567"))))
    assert answer == RoutingAnswered("c", RoutingAnswer(number("+358401234567")))
    forwarding = Forwarding(busy=number("040 1234567"))
    user = with_targets(Subscriber("u", "Anna", forwarding=forwarding), lambda text: text.replace(" ", ""))
    assert user.forwarding.busy == number("0401234567")
