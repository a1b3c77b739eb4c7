"""The emulator's configuration: what is read, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.servicebus.core.config import ConfigError, duration_ms, load_config, parse_config
from local.servicebus.core.filters import CorrelationFilter, SqlFilter
from local.servicebus.core.model import QueueSettings

ROOT = Path(__file__).parents[5]


def text(queues: list[Any] | None = None, topics: list[Any] | None = None, name: str = "sbemulatorns") -> str:
    namespace = {"Name": name, "Queues": queues or [], "Topics": topics or []}
    return json.dumps({"UserConfig": {"Namespaces": [namespace], "Logging": {"Type": "Console"}}})


def queue(**properties: Any) -> str:
    return text([{"Name": "q", "Properties": properties}])


def test_the_products_configuration_is_valid() -> None:
    """The queues of the product, with the settings the design asks for."""
    queues = load_config(ROOT / "infra/servicebus/config.json").queues
    assert set(queues) == {"callbacks", "calls", "dataverse-changes", "presence"}
    for settings in queues.values():
        assert (settings.max_delivery_count, settings.lock_duration_ms) == (10, 60_000)
        assert settings.duplicate_window_ms is not None
    assert queues["callbacks"].duplicate_window_ms == 300_000


def test_defaults_are_those_of_the_emulator() -> None:
    """LockDuration PT1M, MaxDeliveryCount 3, TTL PT1H, nothing switched on."""
    assert parse_config(queue()).queues["q"] == QueueSettings(60_000, 3, 3_600_000)


def test_every_queue_property_is_read() -> None:
    """Each ends up in its setting; the duplicate window counts only where detection is on."""
    properties = {
        "LockDuration": "PT30S",
        "MaxDeliveryCount": 5,
        "DefaultMessageTimeToLive": "PT10M",
        "DeadLetteringOnMessageExpiration": True,
        "RequiresDuplicateDetection": True,
        "DuplicateDetectionHistoryTimeWindow": "PT1M",
        "RequiresSession": True,
        "ForwardTo": "a",
        "ForwardDeadLetteredMessagesTo": "b",
    }
    assert parse_config(queue(**properties)).queues["q"] == QueueSettings(
        30_000, 5, 600_000, True, 60_000, True, "a", "b"
    )


def test_comments_are_allowed() -> None:
    """Both kinds, and what looks like one inside a text stays."""
    commented = text([{"Name": "a//b"}]).replace("{", "{ // line\n /* block\n */", 1)
    assert list(parse_config(commented).queues) == ["a//b"]


def test_topics_have_subscriptions_with_rules() -> None:
    """Correlation and SQL rules become filters; a subscription without rules takes everything."""
    rules = [
        {"Name": "c", "Properties": {"FilterType": "Correlation", "CorrelationFilter": {"Label": "l"}}},
        {"Name": "s", "Properties": {"FilterType": "Sql", "SqlFilter": {"SqlExpression": "a = 1"}}},
    ]
    topic = {"Name": "t", "Subscriptions": [{"Name": "all"}, {"Name": "some", "Rules": rules}]}
    subscriptions = parse_config(text(topics=[topic])).topics["t"].subscriptions
    assert subscriptions["some"].filters == (CorrelationFilter({"label": "l"}), SqlFilter("a = 1"))
    assert len(subscriptions["all"].filters) == 1


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("{", "not JSON"),
        ("{}", "UserConfig"),
        ("[]", "shape"),
        (text(name="other"), "sbemulatorns"),
        (text([{"Properties": {}}]), "Name"),
        (queue(LockDuration="PT4S"), "LockDuration"),
        (queue(LockDuration="PT6M"), "LockDuration"),
        (queue(LockDuration="60"), "duration"),
        (queue(MaxDeliveryCount=0), "MaxDeliveryCount"),
        (queue(MaxDeliveryCount=11), "MaxDeliveryCount"),
        (queue(DefaultMessageTimeToLive="PT4M"), "DefaultMessageTimeToLive"),
        (queue(DuplicateDetectionHistoryTimeWindow="PT1H"), "DuplicateDetectionHistoryTimeWindow"),
        (queue(Unknown=1), "Unknown"),
        (text(topics=[{"Name": "t", "Subscriptions": []}]), "subscriptions"),
        (text([{"Name": f"q{number}"} for number in range(51)]), "50"),
        (
            text(
                topics=[{"Name": "t", "Subscriptions": [{"Name": "s", "Rules": [{"Properties": {"FilterType": "X"}}]}]}]
            ),
            "FilterType",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(broken: str, message: str) -> None:
    """The error says which rule."""
    with pytest.raises(ConfigError, match=message):
        parse_config(broken)


@pytest.mark.parametrize(
    ("duration", "milliseconds"), [("PT1M30S", 90_000), ("P1DT1H", 90_000_000), ("PT0.5S", 500), ("P7D", 604_800_000)]
)
def test_durations(duration: str, milliseconds: int) -> None:
    """Durations are ISO 8601, in days and smaller units."""
    assert duration_ms(duration) == milliseconds
