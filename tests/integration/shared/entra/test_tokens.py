from collections.abc import AsyncIterator
from dataclasses import dataclass

import jwt
import pytest
from aiohttp import web

from shared.entra.tokens import TokenSource
from shared.errors import Misconfigured
from tests.fixtures.world import CLIENT_ID, Neighbours


def claims(token: str) -> dict[str, object]:
    found: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return found


async def test_a_secret_gives_a_token_for_the_resource(neighbours: Neighbours) -> None:
    """The token is for the environment it was asked for and names the application."""
    source = TokenSource.from_settings(neighbours.environ)
    found = claims(await source.token(neighbours.dynamics_url))
    assert found["aud"] == neighbours.dynamics_url
    assert CLIENT_ID in {found.get("appid"), found.get("azp")}


async def test_a_forgotten_token_is_asked_for_anew(neighbours: Neighbours) -> None:
    """msal's own cache does not bring back a token that was refused."""
    source = TokenSource.from_settings(neighbours.environ)
    first = await source.token(neighbours.dynamics_url)
    assert await source.token(neighbours.dynamics_url) == first
    source.forget(neighbours.dynamics_url, first)
    assert await source.token(neighbours.dynamics_url) != first


async def test_a_wrong_secret_is_refused_with_entras_number(neighbours: Neighbours) -> None:
    """The number says what to correct, and the secret is nowhere in it."""
    source = TokenSource.from_settings({**neighbours.environ, "ENTRA_CLIENT_SECRET": "wrong-secret"})
    with pytest.raises(Misconfigured, match="entra-refused") as refused:
        await source.token(neighbours.dynamics_url)
    assert "AADSTS7000215" in str(refused.value)
    assert "wrong-secret" not in str(refused.value)


async def test_an_unknown_tenant_is_a_misconfiguration(neighbours: Neighbours) -> None:
    """An authority that publishes no configuration is not a token service of ours."""
    authority = neighbours.environ["ENTRA_AUTHORITY"].rpartition("/")[0] + "/no-such-tenant"
    source = TokenSource.from_settings({**neighbours.environ, "ENTRA_AUTHORITY": authority})
    with pytest.raises(Misconfigured, match="entra-refused"):
        await source.token(neighbours.dynamics_url)


@dataclass
class IdentityEndpoint:
    """What Azure gives an app as ``IDENTITY_ENDPOINT``; remembers how it was asked."""

    url: str
    queries: list[dict[str, str]]


@pytest.fixture
async def identity_endpoint(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityEndpoint]:
    queries: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["X-IDENTITY-HEADER"] == "header-secret"
        queries.append(dict(request.query))
        return web.json_response({"access_token": "identity-token", "expires_on": "4102444800", "resource": "r"})

    app = web.Application()
    app.router.add_get("/msi/token", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/msi/token"
    monkeypatch.setenv("IDENTITY_ENDPOINT", url)
    monkeypatch.setenv("IDENTITY_HEADER", "header-secret")
    yield IdentityEndpoint(url, queries)
    await runner.cleanup()


@pytest.mark.parametrize("client_id", ["", "22222222-2222-4222-8222-222222222222"])
async def test_without_a_secret_the_managed_identity_is_used(
    identity_endpoint: IdentityEndpoint, client_id: str
) -> None:
    """The identity endpoint of App Service is asked for the resource, by the identity the settings name."""
    source = TokenSource.from_settings({"AZURE_CLIENT_ID": client_id})
    assert await source.token("https://contoso.crm4.dynamics.com") == "identity-token"
    (query,) = identity_endpoint.queries
    assert query["resource"] == "https://contoso.crm4.dynamics.com"
    assert query.get("client_id", "") == client_id
