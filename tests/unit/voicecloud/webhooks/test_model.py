"""Endpoints, subscriptions and envelopes."""

import pytest

from shared.errors import Misconfigured
from voicecloud.webhooks.model import Endpoint, Subscription, WebhookEvent

EVENT = WebhookEvent(
    "1", "CallbackCreated", "CallList", "list", "organisation", "2026-11-23T12:00:00.000Z", {"CallbackId": "c"}
)


def test_placeholders_come_from_the_environment() -> None:
    """Address and secret are filled from the environment; a name that is not set there gives nothing."""
    document = {"Id": "1", "Webhook": {"Endpoint": "${HOOK_URL}", "Secret": "${HOOK_SECRET}"}}
    endpoint = Endpoint.from_document(document, {"HOOK_URL": "http://localhost/hook"})
    assert (endpoint.url, endpoint.secret) == ("http://localhost/hook", "")


@pytest.mark.parametrize(
    ("subscription", "wanted"),
    [
        (Subscription("CallbackCreated"), True),
        (Subscription("*"), True),
        (Subscription("CallbackClosed"), False),
        (Subscription("CallbackCreated", "list"), True),
        (Subscription("CallbackCreated", "another"), False),
    ],
)
def test_subscriptions_choose_by_type_and_entity(subscription: Subscription, wanted: bool) -> None:
    """An endpoint gets what one of its subscriptions names, and nothing without an address."""
    assert Endpoint("1", "http://localhost", "", subscriptions=[subscription]).wants(EVENT) is wanted
    assert not Endpoint("1", "", "", subscriptions=[subscription]).wants(EVENT)


def test_a_subscription_says_of_what() -> None:
    """Neither all entities nor one is a mistake in the settings."""
    with pytest.raises(Misconfigured, match="webhook-subscription"):
        Endpoint.from_document({"Id": "1", "Webhook": {}, "Subscriptions": [{"EventType": "X"}]}, {})


def test_secrets_are_not_shown() -> None:
    """The representation of an endpoint leaves its secret out."""
    assert "hush" not in repr(Endpoint("1", "http://localhost", "hush"))
