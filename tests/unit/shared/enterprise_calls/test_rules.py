"""Which calls of other telephones become activities (H1, H2, H4)."""

from copy import replace
from uuid import UUID

import pytest

from shared.calls.model import CallFacts, Origin
from shared.enterprise_calls.rules import UNDECIDED
from shared.identity.model import Customer, CustomerKind, Identification
from shared.reconciliation import verdicts
from shared.settings.model import CallSync
from tests.fixtures.facts import ALL, ANNA, BOB, KNOWN, MATTI, NOBODY, USERS, call


@pytest.mark.parametrize("missing", ["voice_user_id", "voice_email", "mobile_number"])
def test_a_user_is_set_up_for_enterprise_calls_with_id_address_and_mobile(missing: str) -> None:
    """H1: without one of them an agent's calls are not logged."""
    users = {"anna": replace(ANNA, **{missing: ""})}  # type: ignore[arg-type]
    assert verdicts.verdict(call("anna"), NOBODY, users, KNOWN, ALL).origin is None


@pytest.mark.parametrize(
    ("changes", "facts", "settings", "is_open"),
    [
        ({}, call("anna"), ALL, True),
        ({"mobile_number": ""}, call("anna"), ALL, False),
        ({}, call("anna", dialler="anna"), ALL, False),
        ({}, call("anna", duration_s=1), replace(ALL, duration_limit_s=2), False),
        ({}, call(), ALL, False),
    ],
)
def test_an_address_that_cannot_be_read_decides_nothing(
    changes: dict[str, str], facts: CallFacts, settings: CallSync, *, is_open: bool
) -> None:
    """While Dynamics lacks its column; a call that is left out for anything else is left out."""
    users = {"anna": replace(ANNA, voice_email=None, **changes)}  # type: ignore[arg-type]
    found = verdicts.verdict(facts, NOBODY, users, KNOWN, settings)
    assert (found.origin, found.reason == UNDECIDED) == (None, is_open)
    both = verdicts.verdict(call("anna", "bob"), NOBODY, {**users, "bob": BOB}, KNOWN, ALL)
    assert both.origin is Origin.ENTERPRISE


def test_of_several_customers_one_of_the_right_kind_is_enough() -> None:
    """The other has the same number."""
    account = Customer(CustomerKind.ACCOUNT, UUID(int=6), "Acme")
    both = Identification(KNOWN.e164, (account, MATTI))
    assert verdicts.verdict(call("anna"), NOBODY, USERS, both, ALL).origin is Origin.ENTERPRISE
