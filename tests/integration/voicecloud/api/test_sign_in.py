"""Discovery, the exchange of a password for a secret key, and HTTP Basic."""

import httpx
import pytest

from tests.fixtures.voicecloud import API_PASSWORD, API_USER, RunVoiceCloud, VoiceCloud


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_discovery_names_the_api_address(voicecloud: VoiceCloud, method: str) -> None:
    """Both ways of asking give one entry with the address that the API answers at."""
    sent = {"params": {"user": API_USER}} if method == "GET" else {"json": {"user": API_USER}}
    async with httpx.AsyncClient() as anybody:
        found = (await anybody.request(method, f"{voicecloud.url}/api/user", **sent)).json()  # type: ignore[arg-type]
    assert [one["apiEndpoint"] for one in found] == [f"{voicecloud.url}/"]
    assert found[0]["username"] == API_USER
    assert found[0]["authority"] is None


async def test_paths_joined_to_the_address_in_any_way_are_found(voicecloud: VoiceCloud) -> None:
    """Clients of the original put ``/authuser`` behind an address that ends with a slash."""
    body = {"UserName": API_USER, "Password": API_PASSWORD}
    assert (await voicecloud.client.post(f"{voicecloud.url}//authuser/{API_USER}/", json=body)).status_code == 200
    for path in ("//users", "//users/me", "//calls/recordings/x/"):
        assert (await voicecloud.client.get(f"{voicecloud.url}{path}")).status_code != 405
    assert (await voicecloud.client.get(f"{voicecloud.url}//users/me")).json()["UserName"] == API_USER


async def test_discovery_of_a_stranger_is_empty(voicecloud: VoiceCloud) -> None:
    """Somebody unknown is answered with an empty array."""
    assert (await voicecloud.client.get("/api/user", params={"user": "nobody@example.com"})).json() == []


async def test_password_gives_the_secret_key(voicecloud: VoiceCloud) -> None:
    """The key of authuser opens the API, and it is the same at the next sign-in."""
    body = {"UserName": API_USER, "Password": API_PASSWORD}
    first = (await voicecloud.client.post(f"/authuser/{API_USER}/", json=body)).json()
    second = (await voicecloud.client.post(f"/authuser/{API_USER}/", json=body)).json()
    assert first["SecretKey"] == second["SecretKey"]
    me = await voicecloud.client.get("/users/me", auth=(API_USER, first["SecretKey"]))
    assert me.json()["Id"] == first["UserID"]


@pytest.mark.parametrize("auth", [None, (API_USER, "wrong"), ("nobody@example.com", "x")])
async def test_wrong_credentials_are_401(voicecloud: VoiceCloud, auth: tuple[str, str] | None) -> None:
    """Without the right key there is a JSON error and a challenge, whatever was wrong."""
    async with httpx.AsyncClient(base_url=voicecloud.url, auth=auth) as stranger:
        answer = await stranger.get("/users")
    assert answer.status_code == 401
    assert answer.json()["Code"] == "secret-key"
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_wrong_password_is_401(voicecloud: VoiceCloud) -> None:
    """A wrong password and an unknown user cannot be told apart."""
    answers = [
        await voicecloud.client.post(f"/authuser/{name}/", json={"UserName": name, "Password": "wrong"})
        for name in (API_USER, "nobody@example.com")
    ]
    assert [(one.status_code, one.json()["Code"]) for one in answers] == [(401, "sign-in")] * 2


async def test_unknown_things_are_404_as_json(voicecloud: VoiceCloud) -> None:
    """An unknown path and an unknown user answer in the same JSON form."""
    for path in ("/no-such-thing", "/users/no-such-user"):
        answer = await voicecloud.client.get(path)
        assert answer.status_code == answer.json()["Status"] == 404


async def test_too_many_requests_are_429(run_voicecloud: RunVoiceCloud) -> None:
    """Beyond the rate of a user comes 429 with the pause to make."""
    async with run_voicecloud(rate_limit_per_minute=3) as cloud:
        answers = [await cloud.client.get("/users/me") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_serializer_header_and_final_slash_change_nothing(voicecloud: VoiceCloud) -> None:
    """Clients of the original send either; the rows are the same."""
    plain = await voicecloud.client.get("/users")
    asked = await voicecloud.client.get("/users/", headers={"X-Json-Serializer": "2"})
    assert plain.json() == asked.json()
    assert len(plain.json()) == 9
