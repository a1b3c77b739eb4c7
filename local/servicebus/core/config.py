"""Microsoft's emulator configuration (``config.json``), with the bounds its schema sets.

Source: Azure/azure-service-bus-emulator-installer, ``Config.json`` and its schema. ``//`` and ``/* */`` comments are
allowed, as in their sample.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.servicebus.core.filters import EveryMessage, Filter, parse_rule_filter
from local.servicebus.core.model import QueueSettings

NAMESPACE = "sbemulatorns"
MAX_ENTITIES = 50
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LOCK_BOUNDS_MS = (5_000, 5 * MINUTE_MS)
TTL_BOUNDS_MS = (5 * MINUTE_MS, HOUR_MS)
DUPLICATE_BOUNDS_MS = (5_000, 5 * MINUTE_MS)
MAX_DELIVERY_BOUNDS = (1, 10)

QUEUE_PROPERTIES = {
    "LockDuration",
    "MaxDeliveryCount",
    "DefaultMessageTimeToLive",
    "DeadLetteringOnMessageExpiration",
    "RequiresDuplicateDetection",
    "DuplicateDetectionHistoryTimeWindow",
    "RequiresSession",
    "ForwardTo",
    "ForwardDeadLetteredMessagesTo",
}
TOPIC_PROPERTIES = {"DefaultMessageTimeToLive", "RequiresDuplicateDetection", "DuplicateDetectionHistoryTimeWindow"}
SUBSCRIPTION_PROPERTIES = QUEUE_PROPERTIES - {"RequiresDuplicateDetection", "DuplicateDetectionHistoryTimeWindow"}


class ConfigError(ValueError):
    """The configuration breaks a rule; the message says where and which."""


@dataclass(frozen=True, slots=True)
class SubscriptionConfig:
    settings: QueueSettings
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class TopicConfig:
    settings: QueueSettings
    subscriptions: Mapping[str, SubscriptionConfig]


@dataclass(frozen=True, slots=True)
class NamespaceConfig:
    """Entities by name."""

    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    topics: Mapping[str, TopicConfig] = field(default_factory=dict)


def load_config(path: Path) -> NamespaceConfig:
    """The configuration in a file. Raises ConfigError."""
    return parse_config(path.read_text(encoding="utf-8"))


def parse_config(text: str) -> NamespaceConfig:
    """The configuration in ``text``. Raises ConfigError."""
    try:
        (namespace,) = json.loads(without_comments(text))["UserConfig"]["Namespaces"]
        config = _namespace(namespace)
    except json.JSONDecodeError as error:
        raise ConfigError(f"not JSON: {error}") from error
    except KeyError as error:
        raise ConfigError(f"{error} is missing") from error
    except (AttributeError, TypeError) as error:
        raise ConfigError(f"not the shape of an emulator configuration: {error}") from error
    if len(config.queues) + len(config.topics) > MAX_ENTITIES:
        raise ConfigError(f"more than {MAX_ENTITIES} queues and topics")
    return config


def _namespace(namespace: Mapping[str, Any]) -> NamespaceConfig:
    if namespace["Name"] != NAMESPACE:
        raise ConfigError(f"the one namespace must be called {NAMESPACE}, not {namespace['Name']!r}")
    return NamespaceConfig(
        queues={queue["Name"]: _queue(queue) for queue in namespace["Queues"]},
        topics={topic["Name"]: _topic(topic) for topic in namespace["Topics"]},
    )


def without_comments(text: str) -> str:
    """JSON with ``//`` and ``/* */`` comments blanked, strings untouched."""
    pattern = r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/'
    return re.sub(pattern, lambda found: found[1] or " ", text, flags=re.DOTALL)


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def duration_ms(text: str) -> int:
    """An ISO 8601 duration of days and smaller (``PT1M30S``) in milliseconds. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or text in ("P", "PT"):
        raise ValueError(f"{text!r} is no ISO 8601 duration")
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return int((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)


def _bounded_duration(properties: Mapping[str, Any], name: str, default: str, bounds: tuple[int, int]) -> int:
    value_ms = duration_ms(properties.get(name, default))
    if not bounds[0] <= value_ms <= bounds[1]:
        raise ConfigError(f"{name} {properties.get(name)!r} is not within {bounds[0]} to {bounds[1]} ms")
    return value_ms


def _settings(where: str, properties: Mapping[str, Any], allowed: set[str]) -> QueueSettings:
    unknown = set(properties) - allowed
    if unknown:
        raise ConfigError(f"{where}: unknown properties {sorted(unknown)}")
    try:
        return _queue_settings(properties)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


def _queue_settings(properties: Mapping[str, Any]) -> QueueSettings:
    deliveries = properties.get("MaxDeliveryCount", 3)
    if not MAX_DELIVERY_BOUNDS[0] <= deliveries <= MAX_DELIVERY_BOUNDS[1]:
        raise ConfigError(f"MaxDeliveryCount {deliveries} is not within 1 to 10")
    window_ms = _bounded_duration(properties, "DuplicateDetectionHistoryTimeWindow", "PT20S", DUPLICATE_BOUNDS_MS)
    return QueueSettings(
        lock_duration_ms=_bounded_duration(properties, "LockDuration", "PT1M", LOCK_BOUNDS_MS),
        max_delivery_count=deliveries,
        ttl_ms=_bounded_duration(properties, "DefaultMessageTimeToLive", "PT1H", TTL_BOUNDS_MS),
        dead_letter_on_expiry=properties.get("DeadLetteringOnMessageExpiration", False),
        duplicate_window_ms=window_ms if properties.get("RequiresDuplicateDetection", False) else None,
        requires_session=properties.get("RequiresSession", False),
        forward_to=properties.get("ForwardTo") or None,
        forward_dead_letters_to=properties.get("ForwardDeadLetteredMessagesTo") or None,
    )


def _queue(queue: Mapping[str, Any]) -> QueueSettings:
    return _settings(f"queue {queue['Name']}", queue.get("Properties", {}), QUEUE_PROPERTIES)


def _topic(topic: Mapping[str, Any]) -> TopicConfig:
    where = f"topic {topic['Name']}"
    subscriptions = {item["Name"]: _subscription(where, item) for item in topic["Subscriptions"]}
    if not 1 <= len(subscriptions) <= MAX_ENTITIES:
        raise ConfigError(f"{where}: 1 to {MAX_ENTITIES} subscriptions")
    return TopicConfig(_settings(where, topic.get("Properties", {}), TOPIC_PROPERTIES), subscriptions)


def _subscription(topic: str, subscription: Mapping[str, Any]) -> SubscriptionConfig:
    where = f"{topic}, subscription {subscription['Name']}"
    settings = _settings(where, subscription.get("Properties", {}), SUBSCRIPTION_PROPERTIES)
    try:
        filters = tuple(parse_rule_filter(rule.get("Properties", {})) for rule in subscription.get("Rules", []))
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error
    return SubscriptionConfig(settings, filters or (EveryMessage(),))
