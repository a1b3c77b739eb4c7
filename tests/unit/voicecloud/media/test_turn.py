"""Passwords for TURN servers."""

import hmac
from base64 import b64encode
from datetime import UTC, datetime

from tests.fixtures.routing import MONDAY_NOON
from voicecloud.media.turn import PASSWORD_FOR, IceServers
from voicecloud.settings.media import IceServer

STUN = IceServer(("stun:stun.example",))
TURN = IceServer(("turn:turn.example:3478?transport=udp", "turns:turn.example:443?transport=tcp"))
OWN = IceServer(("turn:other.example",), "user", "password")


def servers(secret: str) -> IceServers:
    return IceServers((STUN, TURN, OWN), secret, lambda: MONDAY_NOON)


def test_a_phone_gets_a_password_of_its_own_for_a_day() -> None:
    """As a TURN server checks it that knows the secret: HMAC-SHA1 of the user name, which says until when it holds."""
    stun, turn, own = servers("hidden").for_browser()
    assert (stun, own) == (STUN, OWN)
    assert turn.urls == TURN.urls
    assert turn.username is not None
    until = datetime.fromtimestamp(int(turn.username.partition(":")[0]), UTC)
    assert until == MONDAY_NOON + PASSWORD_FOR
    assert turn.credential == b64encode(hmac.digest(b"hidden", turn.username.encode(), "sha1")).decode()
    assert servers("hidden").for_browser()[1].username != turn.username


def test_without_a_secret_servers_are_as_they_were_set() -> None:
    """Browsers and the gateway get the servers of the setting."""
    assert list(servers("").for_browser()) == [STUN, TURN, OWN]
    assert list(servers("").own) == [STUN, TURN, OWN]


def test_the_gateway_uses_no_server_that_it_has_no_password_for() -> None:
    """It would only wait for a refusal."""
    assert list(servers("hidden").own) == [STUN, OWN]


def test_the_secret_is_shown_nowhere() -> None:
    """Neither in a traceback nor in a log."""
    assert "hidden" not in repr(servers("hidden"))
