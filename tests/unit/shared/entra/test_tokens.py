import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from shared.entra.tokens import RENEW_BEFORE_S, ResourceCredential, TokenSource
from shared.errors import Misconfigured, Unavailable

RESOURCE = "https://contoso.crm4.dynamics.com"
LIFETIME_S = 3600


class Issuer:
    """An application of the kind msal gives: called with a resource, it answers with a token document or raises."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.asked: list[str] = []
        self.made = 0
        self.answer: Callable[[str], dict[str, Any]] = self.good
        self.open = threading.Event()
        self.open.set()

    def good(self, _resource: str) -> dict[str, Any]:
        return {"access_token": f"token-{len(self.asked)}", "expires_in": LIFETIME_S}

    def __call__(self, resource: str) -> dict[str, Any]:
        self.asked.append(resource)
        assert self.open.wait(5)
        return self.answer(resource)

    def make(self) -> "Issuer":
        self.made += 1
        return self

    def source(self) -> TokenSource:
        return TokenSource(self.make, lambda: self.now)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_a_token_is_kept_until_five_minutes_before_its_end(issuer: Issuer) -> None:
    """One request serves all callers for as long as the token is good."""
    source = issuer.source()
    assert await source.token(RESOURCE) == "token-1"
    issuer.now += LIFETIME_S - RENEW_BEFORE_S
    assert await source.token(RESOURCE) == "token-1"
    issuer.now += 1
    assert await source.token(RESOURCE) == "token-2"
    assert await source.token("https://other") == "token-3"


async def test_who_asks_at_once_shares_one_request(issuer: Issuer) -> None:
    """A cold start with many requests asks for one token, and nobody blocks the loop meanwhile."""
    source = issuer.source()
    issuer.open.clear()
    asking = [asyncio.create_task(source.token(RESOURCE)) for _ in range(20)]
    await asyncio.sleep(0)
    issuer.open.set()
    assert set(await asyncio.gather(*asking)) == {"token-1"}
    assert len(issuer.asked) == 1


async def test_a_failure_is_shared_and_not_kept(issuer: Issuer) -> None:
    """Callers at once hear of one failed request instead of failing one after the other; the next tries again."""
    source = issuer.source()

    def away(_resource: str) -> dict[str, Any]:
        raise requests.ConnectionError

    issuer.answer = away
    ends = await asyncio.gather(*(source.token(RESOURCE) for _ in range(20)), return_exceptions=True)
    assert {type(end) for end in ends} == {Unavailable}
    assert len(issuer.asked) == 1
    issuer.answer = issuer.good
    assert await source.token(RESOURCE) == "token-2"


async def test_a_caller_that_gives_up_takes_nobody_along(issuer: Issuer) -> None:
    """Who runs out of time leaves the request to the others."""
    source = issuer.source()
    issuer.open.clear()
    impatient, patient = (asyncio.create_task(source.token(RESOURCE)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    issuer.open.set()
    assert await patient == "token-1"
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_refused_token_is_replaced_once(issuer: Issuer) -> None:
    """Of many requests refused with one token, the first makes a new one and the others leave that alone."""
    source = issuer.source()
    refused = await source.token(RESOURCE)
    source.forget(RESOURCE, refused)
    assert await source.token(RESOURCE) == "token-2"
    source.forget(RESOURCE, refused)
    assert await source.token(RESOURCE) == "token-2"
    assert issuer.made == 2


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"error": "invalid_client", "error_codes": [7000215], "error_description": "secret 'abc'"}, "AADSTS7000215"),
        ({"error": "managed_identity_unavailable"}, "managed_identity_unavailable"),
        ({}, "unknown"),
    ],
)
async def test_a_refusal_names_entras_number_and_nothing_given(
    issuer: Issuer, document: dict[str, Any], reason: str
) -> None:
    """An administrator can look the number up; what Entra says besides may hold what it was given."""
    issuer.answer = lambda _resource: document
    with pytest.raises(Misconfigured) as refused:
        await issuer.source().token(RESOURCE)
    assert (refused.value.code, refused.value.message.rpartition(": ")[2]) == ("entra-refused", reason)


@pytest.mark.parametrize("answer", [ValueError("not an authority"), json.JSONDecodeError("no JSON", "", 0)])
async def test_an_authority_that_makes_no_sense_is_a_misconfiguration(issuer: Issuer, answer: Exception) -> None:
    """What is no token service is told apart from one that is away."""

    def nonsense(_resource: str) -> dict[str, Any]:
        raise answer

    issuer.answer = nonsense
    with pytest.raises(Misconfigured, match=r"entra-refused: .*ENTRA_AUTHORITY"):
        await issuer.source().token(RESOURCE)


async def test_azure_clients_get_the_same_tokens(issuer: Issuer) -> None:
    """A scope is its resource with /.default, as storage and Service Bus ask for theirs."""
    async with ResourceCredential(issuer.source()) as credential:
        token = await credential.get_token("https://servicebus.azure.net//.default", tenant_id="t")
    assert (token.token, token.expires_on) == ("token-1", int(issuer.now) + LIFETIME_S)
    assert issuer.asked == ["https://servicebus.azure.net/"]


def test_a_secret_needs_authority_and_client() -> None:
    """Each missing app setting is named."""
    for name in ("ENTRA_AUTHORITY", "ENTRA_CLIENT_ID"):
        environ = {"ENTRA_CLIENT_SECRET": "s", "ENTRA_AUTHORITY": "a", "ENTRA_CLIENT_ID": "c", name: ""}
        with pytest.raises(Misconfigured, match=rf"app-setting-missing: .*{name}"):
            TokenSource.from_settings(environ)
