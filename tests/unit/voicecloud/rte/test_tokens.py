"""Tokens of the hub."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Unauthorised
from voicecloud.rte.tokens import LIFETIME, Tokens

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = bytes(range(32))


def test_a_token_names_its_user() -> None:
    """What was issued for a user is read as that user."""
    tokens = Tokens(KEY, lambda: NOON)
    assert tokens.user_id(tokens.issue("u")) == "u"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "é.b.c"])
def test_nonsense_is_refused(token: str) -> None:
    """What was never issued opens nothing."""
    with pytest.raises(Unauthorised):
        Tokens(KEY, lambda: NOON).user_id(token)


def test_foreign_and_old_tokens_are_refused() -> None:
    """Another installation's token and one whose time is over open nothing."""
    token = Tokens(KEY, lambda: NOON).issue("u")
    for other in (Tokens(KEY[::-1], lambda: NOON), Tokens(KEY, lambda: NOON + LIFETIME + timedelta(seconds=1))):
        with pytest.raises(Unauthorised):
            other.user_id(token)
