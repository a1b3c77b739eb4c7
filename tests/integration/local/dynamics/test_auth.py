"""Bearer tokens, application users, impersonation, privileges."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fixtures.dynamics import ANNA, ANNA_OBJECT, APPLICATION_USER, ISSUER, MATTI, LocalDynamics, TokenMaker


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example"},
        {"iss": "https://other.example/v2.0"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4102444800},
    ],
    ids=["other audience", "other issuer", "expired", "without end", "not yet"],
)
async def test_a_token_that_is_not_for_us_is_refused(
    dynamics: LocalDynamics, make_token: TokenMaker, claims: dict[str, object]
) -> None:
    """401 with a challenge that names the resource."""
    answer = await dynamics.ask("GET", "WhoAmI", Authorization=f"Bearer {make_token(dynamics.url, **claims)}")
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer authorization_uri=https://issuer.example/oauth2/authorize")
    assert f"resource_id={dynamics.url}/" in challenge


async def test_a_token_signed_by_another_is_refused(dynamics: LocalDynamics) -> None:
    """Neither a foreign key, nor a shared secret, nor no signature at all will do."""
    claims = {"aud": dynamics.url, "iss": ISSUER, "nbf": 1, "exp": int(time.time()) + 60, "idtyp": "app"}
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    tokens = [
        jwt.encode(claims, key, algorithm="RS256"),
        jwt.encode(claims, "secret-of-32-bytes-for-the-hmac!", algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        "nonsense",
    ]
    for header in [*(f"Bearer {token}" for token in tokens), "Basic eDp5", ""]:
        assert (await dynamics.ask("GET", "WhoAmI", Authorization=header)).status_code == 401


async def test_the_caller_is_the_application_user_or_the_person(
    dynamics: LocalDynamics, make_token: TokenMaker
) -> None:
    """By ``appid`` or ``azp`` for applications, by ``oid`` for people; a stranger is no member."""

    def authorised(**claims: object) -> str:
        return f"Bearer {make_token(dynamics.url, **claims)}"

    person = {"appid": "22222222-2222-4222-8222-222222222222", "idtyp": None, "scp": "user_impersonation"}
    known = {
        authorised(): APPLICATION_USER,
        authorised(appid=None, azp="11111111-1111-4111-8111-111111111111", idtyp=None): APPLICATION_USER,
        authorised(**person, oid=ANNA_OBJECT): ANNA,
    }
    for header, user_id in known.items():
        assert (await dynamics.ok("GET", "WhoAmI", Authorization=header))["UserId"] == user_id
    for header in (authorised(appid="99999999-9999-4999-8999-999999999999"), authorised(**person, oid=MATTI)):
        assert (await dynamics.refused("GET", "WhoAmI", Authorization=header))[:2] == (403, "0x80072560")


async def test_a_disabled_user_is_refused(dynamics: LocalDynamics, make_token: TokenMaker) -> None:
    """A disabled user cannot be acted for either, by neither id."""
    await dynamics.ok("PATCH", f"systemusers({ANNA})", {"isdisabled": True})
    token = make_token(dynamics.url, idtyp=None, scp="user_impersonation", oid=ANNA_OBJECT)
    for headers in ({"Authorization": f"Bearer {token}"}, {"MSCRMCallerID": ANNA}, {"CallerObjectId": ANNA_OBJECT}):
        assert (await dynamics.refused("GET", "WhoAmI", **headers))[:2] == (403, "0x80040225")


async def test_acting_for_another_needs_a_privilege(dynamics: LocalDynamics, make_token: TokenMaker) -> None:
    """Applications have it unless it is taken away; people do not."""
    assert (await dynamics.ok("GET", "WhoAmI", MSCRMCallerID=ANNA))["UserId"] == ANNA
    assert (await dynamics.ok("GET", "WhoAmI", CallerObjectId=ANNA_OBJECT))["UserId"] == ANNA
    for stranger in ({"MSCRMCallerID": MATTI}, {"CallerObjectId": MATTI}, {"MSCRMCallerID": "nobody"}):
        assert (await dynamics.refused("GET", "WhoAmI", **stranger))[:2] == (403, "0x80072560")
    token = make_token(dynamics.url, idtyp=None, scp="user_impersonation", oid=ANNA_OBJECT)
    headers = {"Authorization": f"Bearer {token}", "MSCRMCallerID": APPLICATION_USER}
    assert (await dynamics.refused("GET", "WhoAmI", **headers))[:2] == (403, "0x80040220")
    taken = {"systemuserid": APPLICATION_USER, "privilege": "prvActOnBehalfOfAnotherUser", "granted": False}
    await dynamics.switch("privileges", taken)
    assert (await dynamics.refused("GET", "WhoAmI", MSCRMCallerID=ANNA))[:2] == (403, "0x80040220")


async def test_both_users_need_the_privilege_for_what_is_done(dynamics: LocalDynamics) -> None:
    """What the impersonated user may not read, nobody reads in that user's name."""
    await dynamics.switch("privileges", {"systemuserid": ANNA, "privilege": "prvReadContact", "granted": False})
    await dynamics.ok("GET", f"contacts({MATTI})")
    status, code, message = await dynamics.refused("GET", f"contacts({MATTI})", MSCRMCallerID=ANNA)
    assert (status, code, "prvReadContact" in message) == (403, "0x80040220", True)
    await dynamics.ok("GET", "accounts", MSCRMCallerID=ANNA)


async def test_a_page_speaks_for_a_user_who_is_there(dynamics: LocalDynamics) -> None:
    """Without a token, by name; strangers and disabled users are refused, and nothing of it is counted."""
    before = list(dynamics.requests)
    for user_id, status in ((ANNA, 200), (ANNA.upper(), 200), (MATTI, 401), ("", 401)):
        answer = await dynamics.ask("GET", "WhoAmI", X_Page_User=user_id, Authorization="")
        assert answer.status_code == status
    await dynamics.ok("PATCH", f"systemusers({ANNA})", {"isdisabled": True})
    assert (await dynamics.ask("GET", "WhoAmI", X_Page_User=ANNA)).status_code == 401
    assert dynamics.requests[len(before) :] == [f"PATCH /api/data/v9.2/systemusers({ANNA})"]
