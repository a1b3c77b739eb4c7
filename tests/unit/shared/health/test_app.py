import time
from typing import Any

import httpx
import pytest
import requests

from shared.bootstrap import Services
from shared.entra.access import AccessTokens
from shared.entra.tokens import TokenSource
from shared.errors import Misconfigured, Unavailable
from shared.findings import Finding, HealthState
from shared.health.app import app_settings, entra

COMPLETE = {
    "APP_URL": "https://voice.azurewebsites.net",
    "DATAVERSE_URL": "https://contoso.crm4.dynamics.com",
    "ENTRA_AUTHORITY": "https://login.microsoftonline.com/tenant",
    "ENTRA_CLIENT_ID": "client",
    "PHONE_CLIENT_ID": "phone",
    "VOICECLOUD_DISCOVERY_URL": "https://discover.enreachvoice.com/api/user",
    "VOICECLOUD_USERNAME": "api@x.example",
    "VOICECLOUD_PASSWORD": "pw",
    "VOICECLOUD_WEBHOOK_TOKEN": "token",
    "STORAGE_CONNECTION__tableServiceUri": "https://voice.table.core.windows.net",
    "SERVICEBUS_CONNECTION__fullyQualifiedNamespace": "voice.servicebus.windows.net",
}


async def test_an_app_with_all_its_settings_is_well() -> None:
    """Those that stand in for others count as them."""
    assert (await app_settings(COMPLETE)()).state is HealthState.OK


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("APP_URL", HealthState.DEGRADED),
        ("VOICECLOUD_WEBHOOK_TOKEN", HealthState.DEGRADED),
        ("PHONE_CLIENT_ID", HealthState.FAILED),
        ("ENTRA_CLIENT_ID", HealthState.FAILED),
        ("DATAVERSE_URL", HealthState.FAILED),
    ],
)
async def test_a_setting_that_is_missing_is_named_with_what_it_is_to_be(name: str, state: HealthState) -> None:
    """Nothing has to fail first: no webhook, no sign-in, no link."""
    found = await app_settings({**COMPLETE, name: ""})()
    assert (found.state, found.detail) == (state, f"{name} is not set")
    assert f"set {name}: " in found.cure


@pytest.mark.parametrize("url", ["voice.azurewebsites.net", "https://", "htps://voice.example", "https://[x"])
async def test_an_address_that_is_none_is_named(url: str) -> None:
    """Links that lead nowhere would be written to every activity."""
    found = await app_settings({**COMPLETE, "APP_URL": url})()
    assert (found.state, found.detail) == (HealthState.FAILED, "APP_URL is no address")


class Issuer:
    """Entra ID's token endpoint and keys, each of which can be away."""

    def __init__(self) -> None:
        self.tokens_away = self.keys_away = False

    def token(self, _resource: str) -> dict[str, Any]:
        if self.tokens_away:
            raise requests.ConnectionError
        return {"access_token": "token", "expires_in": 3600}

    def keys(self, request: httpx.Request) -> httpx.Response:
        if self.keys_away:
            raise httpx.ConnectError("away")
        if "openid-configuration" in request.url.path:
            return httpx.Response(200, json={"issuer": "https://issuer", "jwks_uri": "https://issuer/keys"})
        return httpx.Response(200, json={"keys": [{"kid": "1"}]})


async def test_an_entra_that_is_away_is_noticed_while_tokens_are_still_kept() -> None:
    """What was fetched before says nothing of now; when the tokens run out it would be too late."""
    issuer = Issuer()
    tokens = TokenSource(lambda: issuer.token, time.time)
    http = httpx.AsyncClient(transport=httpx.MockTransport(issuer.keys))
    keys = AccessTokens(http, authority="https://issuer", audiences=["client"])
    await tokens.token("https://contoso.crm4.dynamics.com")

    async def probe() -> Finding:
        return await entra(tokens, "https://contoso.crm4.dynamics.com", lambda: keys)()

    assert (await probe()).state is HealthState.OK
    issuer.tokens_away = True
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await probe()
    assert await tokens.token("https://contoso.crm4.dynamics.com") == "token"
    issuer.tokens_away, issuer.keys_away = False, True
    with pytest.raises(Unavailable, match="entra-unavailable"):
        await probe()


async def test_a_secret_that_expired_is_noticed_while_a_token_is_still_kept() -> None:
    """Entra says so as soon as it is asked."""
    answers: list[dict[str, Any]] = [
        {"access_token": "token", "expires_in": 3600},
        {"error": "invalid_client", "error_codes": [7000222]},
    ]
    tokens = TokenSource(lambda: lambda _: answers.pop(0))
    await tokens.token("https://contoso.crm4.dynamics.com")
    with pytest.raises(Misconfigured, match="AADSTS7000222"):
        await tokens.check("https://contoso.crm4.dynamics.com")


async def test_a_connection_that_is_not_set_up_fails_its_own_checks_alone() -> None:
    """The page is there from the first minute and names every setting that is still missing."""
    report = await Services({}).health.report()
    found = {check.name: check.finding for check in report.checks}
    assert report.state is HealthState.FAILED
    assert "PHONE_CLIENT_ID is not set" in found["app settings"].detail
    assert "app-setting-missing" in found["dataverse"].detail
    assert all(finding.cure for finding in found.values())
