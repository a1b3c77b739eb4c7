import base64
import hashlib
from pathlib import Path
from typing import Any

import jwt
import pytest

from local.entra.directory import Application, Tenant, TenantUser
from local.entra.errors import OAuthError
from local.entra.grants import CODE_S, REFRESH_S, GrantedSignIn, Grants
from local.entra.keys import SigningKeys
from local.entra.scopes import read_scope

API, APP, PHONE = "api-client", "app-client", "phone-client"
ISSUER = "https://localhost/tenant/v2.0"
REDIRECT = "http://localhost/phone/"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-as-said"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ANNA = TenantUser("anna-id", "anna@aurorahome.example", "Anna Virtanen", ["Voice.User"])
DIRECTORY = Tenant(
    "tenant",
    {ANNA.object_id: ANNA},
    {
        API: Application(API, "o1", "API", identifier_uri="api://voice", scopes=["Voice.Use"]),
        APP: Application(APP, "o2", "App", secret="right", roles=["Voice.ApiUser"]),
        PHONE: Application(PHONE, "o3", "Phone", redirect_uris=[REDIRECT]),
        "old": Application("old", "o4", "Old app", secret="right", secret_expired=True),
    },
)
CREDENTIALS = {"grant_type": "client_credentials", "client_id": APP, "client_secret": "right"}
DATAVERSE = {**CREDENTIALS, "scope": "https://org.example/.default"}
SCOPE = "openid profile offline_access api://voice/Voice.Use"


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    return SigningKeys(tmp_path / "keys.json")


@pytest.fixture
def grants(keys: SigningKeys, clock: Clock) -> Grants:
    return Grants(DIRECTORY, keys, ISSUER, clock)


def claims(token: object) -> dict[str, Any]:
    return jwt.decode(str(token), options={"verify_signature": False})


def signed_in(grants: Grants, scope: str = SCOPE) -> dict[str, str]:
    """Anna chose herself on the page; the form with which the phone redeems her code."""
    sign_in = GrantedSignIn(
        ANNA, DIRECTORY.applications[PHONE], REDIRECT, read_scope(scope, DIRECTORY), "a-nonce", CHALLENGE
    )
    return {
        "grant_type": "authorization_code",
        "client_id": PHONE,
        "code": grants.new_code(sign_in),
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }


def refused(grants: Grants, form: dict[str, str]) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        grants.token(form)
    return caught.value


def test_an_application_gets_a_token_for_dataverse_as_entra_writes_it(grants: Grants, clock: Clock) -> None:
    """Version 1: the resource's address as audience, the client in appid, an hour to live."""
    answer = grants.token(DATAVERSE)
    found = claims(answer["access_token"])
    assert (found["aud"], found["ver"], found["appid"]) == ("https://org.example", "1.0", APP)
    assert (found["iss"], found["tid"], found["oid"], found["idtyp"]) == (ISSUER, "tenant", "o2", "app")
    assert (found["exp"] - int(clock.now), answer["expires_in"]) == (3600, 3600)


def test_an_application_gets_its_roles_at_our_api(grants: Grants) -> None:
    """Version 2: the API's client id as audience, the client in azp, app roles."""
    found = claims(grants.token({**CREDENTIALS, "scope": "api://voice/.default"})["access_token"])
    assert (found["aud"], found["ver"], found["azp"], found["roles"]) == (API, "2.0", APP, ["Voice.ApiUser"])


@pytest.mark.parametrize(
    ("change", "error", "number", "status"),
    [
        ({"client_secret": "wrong"}, "invalid_client", 7000215, 401),
        ({"client_id": "old"}, "invalid_client", 7000222, 401),
        ({"client_id": "nobody"}, "unauthorized_client", 700016, 400),
        ({"client_id": ""}, "invalid_request", 900144, 400),
        ({"scope": "https://org.example/user_impersonation"}, "invalid_scope", 1002012, 400),
        ({"scope": "api://unknown/.default"}, "invalid_resource", 500011, 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003, 400),
        ({"grant_type": ""}, "invalid_request", 900144, 400),
    ],
)
def test_refusals_carry_entras_numbers(
    grants: Grants, change: dict[str, str], error: str, number: int, status: int
) -> None:
    """Each mistake of an application is told apart as Entra does."""
    found = refused(grants, {**DATAVERSE, **change})
    assert (found.error, found.number, found.status) == (error, number, status)
    assert found.body()["error_codes"] == [number]


def test_a_secret_must_be_given(grants: Grants) -> None:
    """Without any secret the refusal says what is missing."""
    form = {name: value for name, value in DATAVERSE.items() if name != "client_secret"}
    assert refused(grants, form).number == 7000218


def test_a_person_gets_the_tokens_of_the_scopes(grants: Grants) -> None:
    """An access token for the API with scopes and roles, an id token for the phone with the nonce."""
    answer = grants.token(signed_in(grants))
    access, identity = claims(answer["access_token"]), claims(answer["id_token"])
    assert (access["aud"], access["scp"], access["roles"], access["azp"]) == (API, "Voice.Use", ["Voice.User"], PHONE)
    assert (access["oid"], access["preferred_username"], access["ver"]) == (ANNA.object_id, ANNA.email, "2.0")
    assert (identity["aud"], identity["nonce"], identity["name"]) == (PHONE, "a-nonce", ANNA.name)
    assert access["sub"] != identity["sub"]
    assert answer["scope"] == "api://voice/Voice.Use openid profile"


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"code_verifier": "another"}, 501481),
        ({"redirect_uri": "http://localhost/other/"}, 500112),
        ({"code": "made-up"}, 70008),
        ({"code": ""}, 900144),
        ({"client_id": APP, "client_secret": "right"}, 500112),
    ],
)
def test_a_code_is_for_who_asked_for_it(grants: Grants, change: dict[str, str], number: int) -> None:
    """Another client, address or verifier than those of the request gets nothing."""
    assert refused(grants, {**signed_in(grants), **change}).number == number


def test_a_code_is_good_once_and_not_for_long(grants: Grants, clock: Clock) -> None:
    """The second exchange is refused, and so is a late one."""
    form, late = signed_in(grants), signed_in(grants)
    grants.token(form)
    assert refused(grants, form).number == 54005
    clock.now += CODE_S + 1
    assert refused(grants, late).number == 70008


def test_a_refresh_token_is_exchanged_for_the_next(grants: Grants) -> None:
    """Each is good once and brings another; the tokens may be for another resource."""
    first = grants.token(signed_in(grants))
    form = {"grant_type": "refresh_token", "client_id": PHONE, "refresh_token": str(first["refresh_token"])}
    second = grants.token({**form, "scope": "https://org.example/user_impersonation"})
    assert claims(second["access_token"])["aud"] == "https://org.example"
    assert second["refresh_token"] != first["refresh_token"]
    assert refused(grants, form).number == 9002313


def test_a_day_after_the_sign_in_refreshing_ends(grants: Grants, clock: Clock) -> None:
    """The refresh tokens of a single-page application share one end, however often they are exchanged."""
    token = grants.token(signed_in(grants))["refresh_token"]
    clock.now += REFRESH_S - 1
    form = {"grant_type": "refresh_token", "client_id": PHONE}
    token = grants.token({**form, "refresh_token": str(token)})["refresh_token"]
    clock.now += 2
    assert refused(grants, {**form, "refresh_token": str(token)}).number == 700084


def test_what_was_not_asked_for_is_not_given(grants: Grants) -> None:
    """No refresh token without offline_access, no id token without openid."""
    answer = grants.token(signed_in(grants, scope="api://voice/Voice.Use"))
    assert not {"refresh_token", "id_token"} & set(answer)


@pytest.mark.parametrize(
    ("scope", "number"),
    [
        ("", 70011),
        ("Voice.Use", 70011),
        ("api://voice/Voice.Other", 650053),
        ("api://other/Voice.Use", 500011),
        ("api://voice/Voice.Use https://org.example/user_impersonation", 28000),
    ],
)
def test_scopes_that_mean_nothing_are_refused(scope: str, number: int) -> None:
    """Unknown permissions, unknown resources and two resources at once each have their number."""
    with pytest.raises(OAuthError) as caught:
        read_scope(scope, DIRECTORY)
    assert caught.value.number == number


def test_keys_outlive_a_restart_and_a_rotation(keys: SigningKeys, clock: Clock, tmp_path: Path) -> None:
    """A token signed before both can still be checked with the published keys."""
    token = str(Grants(DIRECTORY, keys, ISSUER, clock).token(DATAVERSE)["access_token"])
    again = SigningKeys(tmp_path / "keys.json")
    again.rotate()
    published: Any = again.published()["keys"]
    assert len(published) == 2
    used = next(key for key in published if key["kid"] == jwt.get_unverified_header(token)["kid"])
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    jwt.decode(token, jwt.PyJWK(used).key, algorithms=["RS256"], audience="https://org.example", options=options)
