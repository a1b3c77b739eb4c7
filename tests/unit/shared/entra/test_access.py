"""Access tokens from outside: only what the tenant has signed for us counts."""

import asyncio
import base64
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.entra.access import AHEAD_S, FRESH_S, LONGEST_PAUSE_S, PAUSE_S, AccessTokens
from shared.entra.roles import Person
from shared.errors import Forbidden, Throttled, Unauthorised, Unavailable

TENANT, CLIENT = "90000000-0000-4000-8000-000000000001", "11111111-1111-4111-8111-111111111111"
ANNA = "e0000000-0000-4000-8000-000000000001"
AUTHORITY = f"https://login.example/{TENANT}"
KEYS = {kid: rsa.generate_private_key(public_exponent=65537, key_size=2048) for kid in ("k1", "k2", "stranger")}


class Issuer:
    """Publishes some of the keys; ``asked`` counts how often, ``requests`` every try."""

    def __init__(self) -> None:
        self.published = ["k1"]
        self.asked = self.requests = 0
        self.away = False
        self.now = 1000.0
        self.hold: asyncio.Event | None = None
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        audiences = (CLIENT, f"api://{CLIENT}")
        self.tokens = AccessTokens(http, authority=AUTHORITY, audiences=audiences, clock=lambda: self.now)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.away:
            raise httpx.ConnectError("away")
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": f"{AUTHORITY}/v2.0", "jwks_uri": f"{AUTHORITY}/keys"})
        self.asked += 1
        algorithm = jwt.algorithms.RSAAlgorithm
        keys = [{**json.loads(algorithm.to_jwk(KEYS[kid].public_key())), "kid": kid} for kid in self.published]
        return httpx.Response(200, json={"keys": keys})


def token(kid: str = "k1", key: str = "", **claims: Any) -> str:
    """A token of Anna's, as good as can be unless something is changed; its times are seconds from now."""
    good = {
        "iss": f"{AUTHORITY}/v2.0",
        "aud": CLIENT,
        "exp": 600,
        "nbf": -10,
        "tid": TENANT,
        "oid": ANNA,
        "name": "Anna",
        "preferred_username": "anna@x.example",
        "scp": "Voice.Use",
        "roles": ["Voice.User"],
    }
    now = int(time.time())
    given = {
        name: value + now if isinstance(value, int) else value
        for name, value in {**good, **claims}.items()
        if value is not None
    }
    return jwt.encode(given, KEYS[key or kid], "RS256", headers={"kid": kid})


async def test_a_good_token_says_who_is_asking() -> None:
    """Object id, name and roles; the keys are asked for once."""
    issuer = Issuer()
    for _ in range(3):
        person = await issuer.tokens.voice_user(f"Bearer {token()}")
    assert person == Person(ANNA, "Anna", "anna@x.example", frozenset({"Voice.User"}))
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -120},
        {"nbf": 600},
        {"aud": "another-app"},
        {"aud": None},
        {"iss": "https://login.example/other/v2.0"},
        {"tid": "another-tenant"},
        {"tid": None},
        {"tid": ""},
        {"oid": None},
        {"oid": ""},
        {"oid": "anna"},
        {"scp": None},
        {"scp": "Other.Use"},
        {"exp": None},
        {"key": "stranger"},
        {"kid": "stranger", "key": "stranger"},
    ],
    ids=str,
)
async def test_any_other_token_is_refused(claims: dict[str, Any]) -> None:
    """Expired, too early, for another app, of another tenant or of nobody, without our scope, signed by another."""
    with pytest.raises(Unauthorised, match="token-invalid"):
        await Issuer().tokens.person(f"Bearer {token(**claims)}")


@pytest.mark.parametrize("header", ["Bearer x", "Bearer a.b.c", "bearer " + "e30.e30."])
async def test_what_is_no_token_is_refused(header: str) -> None:
    """Whatever is sent, the answer is the same."""
    with pytest.raises(Unauthorised, match="token-invalid"):
        await Issuer().tokens.person(header)


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Basic abc"])
async def test_without_a_token_one_is_told_that_it_is_missing(header: str | None) -> None:
    """Other schemes are not ours."""
    with pytest.raises(Unauthorised, match="token-missing"):
        await Issuer().tokens.person(header)


async def test_unsigned_and_symmetric_tokens_are_refused() -> None:
    """The algorithm is ours to choose, not the token's (RFC 8725, 3.1)."""
    claims = jwt.decode(token(), options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, None, "none", headers={"kid": "k1"}),  # type: ignore[arg-type]
        jwt.encode(claims, "a-secret-that-is-long-enough-for-hmac", "HS256", headers={"kid": "k1"}),
    ):
        with pytest.raises(Unauthorised, match="token-invalid"):
            await Issuer().tokens.person(f"Bearer {forged}")


async def test_a_new_key_counts_within_seconds_whatever_strangers_have_asked_for() -> None:
    """Invented keys use up no more than ten seconds; a token with the rotated key is told to come back, not refused."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.now += PAUSE_S
    with pytest.raises(Unauthorised):
        await issuer.tokens.person(f"Bearer {token('invented', key='stranger')}")
    issuer.published = ["k1", "k2"]
    with pytest.raises(Throttled, match="entra-unavailable") as told:
        await issuer.tokens.person(f"Bearer {token('k2')}")
    assert (told.value.retry_after_s, issuer.asked) == (PAUSE_S, 2)
    issuer.now += PAUSE_S
    await issuer.tokens.person(f"Bearer {token('k2')}")
    assert issuer.asked == 3


async def test_a_key_that_was_asked_for_too_early_counts_within_seconds() -> None:
    """A rotation under way: the token is there before the issuer's list has its key, and many ask with it at once."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.now += PAUSE_S
    asked = [issuer.tokens.person(f"Bearer {token('k2')}") for _ in range(20)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert ({type(answer) for answer in answers}, issuer.asked) == ({Unauthorised}, 2)
    issuer.published = ["k1", "k2"]
    issuer.now += PAUSE_S
    await issuer.tokens.person(f"Bearer {token('k2')}")
    assert issuer.asked == 3


async def test_a_key_that_the_issuer_never_has_is_asked_for_ever_more_rarely() -> None:
    """Not once in five minutes, which would lock out agents in a rotation; a stranger's key costs few readings."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    start, readings = issuer.now, []
    while issuer.now < start + 400:
        issuer.now += 1
        before = issuer.asked
        with pytest.raises((Unauthorised, Throttled)):
            await issuer.tokens.person(f"Bearer {token('k2')}")
        readings += [issuer.now - start] if issuer.asked > before else []
    assert readings == [10, 20, 40, 80, 140, 200, 260, 320, 380]
    issuer.published = ["k1", "k2"]
    issuer.now += LONGEST_PAUSE_S
    await issuer.tokens.person(f"Bearer {token('k2')}")


async def test_keys_that_nobody_has_share_one_reading_in_ten_seconds() -> None:
    """However many a stranger invents."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    for number in range(1000):
        issuer.now += 0.1
        with pytest.raises((Unauthorised, Throttled)):
            await issuer.tokens.person(f"Bearer {token(f'invented-{number}', key='stranger')}")
    assert issuer.asked <= 1 + 100 / PAUSE_S


async def test_known_keys_are_never_kept_waiting_by_a_reading() -> None:
    """Neither by one for a key that nobody knows nor by the daily one."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.now += PAUSE_S
    issuer.hold = asyncio.Event()
    stranger = asyncio.create_task(issuer.tokens.person(f"Bearer {token('invented', key='stranger')}"))
    await asyncio.sleep(0)
    await asyncio.wait_for(issuer.tokens.person(f"Bearer {token()}"), 1)
    issuer.hold.set()
    with pytest.raises(Unauthorised):
        await stranger
    issuer.hold.clear()
    issuer.now += FRESH_S - AHEAD_S
    await asyncio.wait_for(issuer.tokens.person(f"Bearer {token()}"), 1)
    issuer.hold.set()


async def test_what_strangers_invent_fills_no_memory() -> None:
    """Names of keys are bounded in number and length."""
    issuer = Issuer()
    for number in range(1100):
        issuer.now += PAUSE_S
        with pytest.raises(Unauthorised):
            await issuer.tokens.person(f"Bearer {token(f'invented-{number}', key='stranger')}")
    assert len(issuer.tokens._unknown) == 1000
    with pytest.raises(Unauthorised):
        await issuer.tokens.person(f"Bearer {token('k' * 300, key='stranger')}")


@pytest.mark.parametrize("roles", [5, "Voice.User", {"Voice.User": 1}, [["Voice.User"]], True])
async def test_roles_of_another_shape_grant_nothing(roles: object) -> None:
    """They are refused as a missing role, not as a fault of ours."""
    signed = jwt.encode(
        {**jwt.decode(token(), options={"verify_signature": False}), "roles": roles},
        KEYS["k1"],
        "RS256",
        headers={"kid": "k1"},
    )
    with pytest.raises(Forbidden, match="role-missing"):
        await Issuer().tokens.voice_user(f"Bearer {signed}")


@pytest.mark.parametrize("header", [{"kid": 5}, {"kid": ["k1"]}, [], "[" * 100_000, "\ud800", {"alg": {}, "kid": "k1"}])
async def test_headers_of_another_shape_are_no_token(header: object) -> None:
    """Whatever a stranger writes into a token, it is refused and nothing fails."""
    text = header if isinstance(header, str) and header.startswith("[") else json.dumps(header)
    start = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    for given in (f"{start}.e30.c2ln", f"{text}.e30.c2ln", "\ud800.e30.c2ln"):
        with pytest.raises(Unauthorised, match="token-invalid"):
            await Issuer().tokens.person(f"Bearer {given}")


async def test_the_keys_are_asked_for_once_at_a_time() -> None:
    """Of many requests at once one asks; an issuer that is away is left alone for a while."""
    issuer = Issuer()
    await asyncio.gather(*(issuer.tokens.person(f"Bearer {token()}") for _ in range(20)))
    assert issuer.requests == 2
    away = Issuer()
    away.away = True
    answers = await asyncio.gather(
        *(away.tokens.person(f"Bearer {token()}") for _ in range(20)), return_exceptions=True
    )
    assert ({type(answer) for answer in answers}, away.requests) == ({Unavailable}, 1)


async def test_a_key_that_was_withdrawn_counts_for_a_day_at_most() -> None:
    """Keys are read again when they have grown old; while the issuer is away the old ones do."""
    issuer = Issuer()
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.published, issuer.away = ["k2"], True
    issuer.now += FRESH_S
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.away = False
    issuer.now += PAUSE_S
    with pytest.raises(Unauthorised, match="token-invalid"):
        await issuer.tokens.person(f"Bearer {token()}")


async def test_an_issuer_that_is_away_is_worth_another_try() -> None:
    """Known keys go on working."""
    issuer = Issuer()
    issuer.away = True
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await issuer.tokens.person(f"Bearer {token()}")
    issuer.away = False
    issuer.now += PAUSE_S
    await issuer.tokens.person(f"Bearer {token()}")
    issuer.away = True
    await issuer.tokens.person(f"Bearer {token()}")


@pytest.mark.parametrize("document", [{}, [], {"issuer": "x"}, {"jwks_uri": "https://login.example/keys"}], ids=str)
async def test_an_issuer_that_answers_nonsense_is_away(document: object) -> None:
    """Nothing is let in by it."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=document)))
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await AccessTokens(http, authority=AUTHORITY, audiences=[CLIENT]).person(f"Bearer {token()}")


async def test_the_authority_may_name_the_tenant_by_its_domain() -> None:
    """What counts is the tenant that the issuer is."""
    issuer = Issuer()
    http = httpx.AsyncClient(transport=httpx.MockTransport(issuer))
    tokens = AccessTokens(http, authority="https://login.example/contoso.example", audiences=[CLIENT])
    assert (await tokens.person(f"Bearer {token()}")).object_id == ANNA
    with pytest.raises(Unauthorised, match="token-invalid"):
        await tokens.person(f"Bearer {token(tid='another-tenant')}")


async def test_without_the_role_the_phone_stays_shut() -> None:
    """What is missing is named (A5)."""
    with pytest.raises(Forbidden, match=r"Voice\.User"):
        await Issuer().tokens.voice_user(f"Bearer {token(roles=['Voice.Admin'])}")
