import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import msal
import pytest
import pytest_asyncio

from tests.fixtures.entra import (
    ANNA,
    APP,
    AUTHORIZE,
    BJORN,
    DEMO,
    PHONE,
    PHONE_ORIGIN,
    REDIRECT,
    REQUEST,
    VERIFIER,
    Issuer,
)

TOKEN = "/oauth2/v2.0/token"


@pytest_asyncio.fixture
async def web(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, as far as requests, redirects and cookies go."""
    async with httpx.AsyncClient(verify=issuer.trust) as opened:
        yield opened


def came_back(answer: httpx.Response) -> dict[str, str]:
    """What the answer carries back to the phone."""
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


async def choose(web: httpx.AsyncClient, issuer: Issuer, person: dict[str, Any]) -> dict[str, str]:
    form = {"person": person["object_id"]}
    return came_back(await web.post(issuer.http + AUTHORIZE, params=REQUEST, data=form))


async def redeem(web: httpx.AsyncClient, issuer: Issuer, code: str, origin: str = PHONE_ORIGIN) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": PHONE["client_id"],
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return await web.post(issuer.http + TOKEN, data=form, headers={"Origin": origin})


async def checked(web: httpx.AsyncClient, issuer: Issuer, token: str, audience: str) -> dict[str, Any]:
    """The claims of a token, checked with what discovery and the published keys say."""
    discovery = (await web.get(f"{issuer.https}/v2.0/.well-known/openid-configuration")).json()
    published = (await web.get(discovery["jwks_uri"])).json()["keys"]
    key = next(key for key in published if key["kid"] == jwt.get_unverified_header(token)["kid"])
    return jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=audience, issuer=discovery["issuer"])


async def test_microsofts_library_gets_a_token_over_https(
    issuer: Issuer, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real msal, given our authority, gets a token that the published keys confirm."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(issuer.ca))

    def ask(secret: str) -> dict[str, Any]:
        application = msal.ConfidentialClientApplication(
            APP["client_id"], client_credential=secret, authority=issuer.https, instance_discovery=False
        )
        answer: dict[str, Any] = application.acquire_token_for_client(["https://org.example/.default"])
        return answer

    answer = await asyncio.to_thread(ask, APP["secret"])
    claims = await checked(web, issuer, answer["access_token"], "https://org.example")
    assert claims["appid"] == APP["client_id"]
    assert (await asyncio.to_thread(ask, "wrong"))["error_codes"] == [7000215]


async def test_a_person_signs_in_to_the_phone(issuer: Issuer, web: httpx.AsyncClient) -> None:
    """Page, choice, code, tokens: the access token is for the API, with the roles of who was chosen."""
    page = await web.get(issuer.http + AUTHORIZE, params=REQUEST)
    assert all(person["name"] in page.text for person in DEMO["people"])
    back = await choose(web, issuer, ANNA)
    assert back["state"] == "a-state"
    tokens = (await redeem(web, issuer, back["code"])).json()
    claims = await checked(web, issuer, tokens["access_token"], APP["client_id"])
    assert (claims["preferred_username"], claims["roles"], claims["scp"]) == (ANNA["email"], ANNA["roles"], "Voice.Use")
    assert (await checked(web, issuer, tokens["id_token"], PHONE["client_id"]))["nonce"] == "a-nonce"


async def test_who_is_signed_in_is_not_asked_again(issuer: Issuer, web: httpx.AsyncClient) -> None:
    """Single sign-on: the next request goes straight back, unless it wants the page or means somebody else."""
    silent = {**REQUEST, "prompt": "none"}
    assert came_back(await web.get(issuer.http + AUTHORIZE, params=silent))["error"] == "login_required"
    await choose(web, issuer, ANNA)
    code = came_back(await web.get(issuer.http + AUTHORIZE, params=silent))["code"]
    tokens = (await redeem(web, issuer, code)).json()
    assert (await checked(web, issuer, tokens["access_token"], APP["client_id"]))["oid"] == ANNA["object_id"]
    for other in ({"prompt": "select_account"}, {"login_hint": BJORN["email"]}):
        assert (await web.get(issuer.http + AUTHORIZE, params={**REQUEST, **other})).status_code == 200
    await web.get(f"{issuer.http}/oauth2/v2.0/logout")
    assert came_back(await web.get(issuer.http + AUTHORIZE, params=silent))["error"] == "login_required"


@pytest.mark.parametrize(
    ("change", "number"),
    [({"client_id": "nobody"}, "AADSTS700016"), ({"redirect_uri": "https://evil.example/"}, "AADSTS50011")],
)
async def test_nothing_is_sent_to_an_address_nobody_registered(
    issuer: Issuer, web: httpx.AsyncClient, change: dict[str, str], number: str
) -> None:
    """What is wrong with client or address is shown here and not redirected."""
    answer = await web.get(issuer.http + AUTHORIZE, params={**REQUEST, **change})
    assert (answer.status_code, number in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "api://unknown/Voice.Use"}, "invalid_resource"),
    ],
)
async def test_other_mistakes_go_back_to_the_application(
    issuer: Issuer, web: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    """The application learns the error with its state."""
    back = came_back(await web.get(issuer.http + AUTHORIZE, params={**REQUEST, **change}))
    assert (back["error"], back["state"]) == (error, "a-state")


async def test_only_pages_of_the_phone_may_redeem_codes(issuer: Issuer, web: httpx.AsyncClient) -> None:
    """CORS lets the phone's origin read the tokens and refuses every other."""
    code = (await choose(web, issuer, ANNA))["code"]
    stranger = await redeem(web, issuer, code, origin="https://evil.example")
    assert stranger.json()["error_codes"] == [9002326]
    assert "access-control-allow-origin" not in stranger.headers
    own = await redeem(web, issuer, code)
    assert own.headers["access-control-allow-origin"] == PHONE_ORIGIN
    preflight = await web.options(issuer.http + TOKEN, headers={"Origin": PHONE_ORIGIN})
    assert preflight.headers["access-control-allow-origin"] == PHONE_ORIGIN


async def test_a_rotated_key_signs_beside_the_old_one(issuer: Issuer, web: httpx.AsyncClient) -> None:
    """Tokens of before stay valid, tokens of after name another key."""

    async def token() -> str:
        code = (await choose(web, issuer, ANNA))["code"]
        return str((await redeem(web, issuer, code)).json()["access_token"])

    before = await token()
    await web.post(f"{issuer.http.rpartition('/')[0]}/stand-in/rotate")
    after = await token()
    for one in (before, after):
        await checked(web, issuer, one, APP["client_id"])
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]


async def test_who_comes_to_dynamics_is_signed_in_for_the_phone_too(web: httpx.AsyncClient, issuer: Issuer) -> None:
    """The session of one page is everybody's: the phone in its frame asks nobody; nobody is led elsewhere."""
    entrance, page = f"{issuer.http.rpartition('/')[0]}/stand-in/sign-in", "http://localhost:7300/"
    for refused in (
        {"person": "nobody@aurorahome.example", "back": page},
        {"person": ANNA["email"], "back": "https://evil.example/"},
        {"person": ANNA["email"]},
    ):
        assert (await web.post(entrance, data=refused)).status_code == 400
    answer = await web.post(entrance, data={"person": ANNA["email"], "back": page})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    silent = await web.get(issuer.http + AUTHORIZE, params={**REQUEST, "prompt": "none"})
    code = came_back(silent)["code"]
    claims = await checked(web, issuer, (await redeem(web, issuer, code)).json()["access_token"], APP["client_id"])
    assert claims["oid"] == ANNA["object_id"]
