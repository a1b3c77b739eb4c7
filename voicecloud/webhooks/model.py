"""Webhook events, endpoints and subscriptions, in the published shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from string import Template
from typing import Any, Self

from shared.clock import to_iso
from shared.errors import Misconfigured
from voicecloud.organisation.model import Document, required

TOKEN_HEADER = "X-Benemen-Token"  # noqa: S105 (the name of a header)
EVENT_HEADER = "X-Benemen-Event"


@dataclass(frozen=True)
class WebhookEvent:
    """Something happened to an entity (``User``, ``Queue`` or ``CallList``). ``at`` is ISO 8601, ``id`` sorts by it."""

    id: str
    type: str
    entity_type: str
    entity_id: str
    organisation_id: str
    at: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The envelope that an endpoint receives."""
        return {
            "Id": self.id,
            "Timestamp": self.at,
            "RootEntityType": "Organization",
            "RootEntityId": self.organisation_id,
            "EntityType": self.entity_type,
            "EntityId": self.entity_id,
            "EventType": self.type,
            "OrganizationId": self.organisation_id,
            **self.fields,
        }


@dataclass(frozen=True)
class Subscription:
    """One event type (``*`` for every), of all entities or of one."""

    event_type: str
    entity_id: str | None = None

    def wants(self, event: WebhookEvent) -> bool:
        return self.event_type in {"*", event.type} and self.entity_id in {None, event.entity_id}


@dataclass(frozen=True)
class Endpoint:
    """Where events go. Without an address it is switched off. The secret is sent as it is (docs/voice-cloud-api.md)."""

    id: str
    url: str
    secret: str = field(default="", repr=False)
    insecure_ssl: bool = False
    subscriptions: Sequence[Subscription] = ()

    def wants(self, event: WebhookEvent) -> bool:
        return bool(self.url) and any(one.wants(event) for one in self.subscriptions)

    @classmethod
    def from_document(cls, document: Document, environment: Mapping[str, str]) -> Self:
        """``${NAME}`` in address and secret is taken from the environment, empty when it is not set there."""
        webhook = document["Webhook"]
        return cls(
            id=required(document, "Id"),
            url=_expanded(webhook.get("Endpoint", ""), environment),
            secret=_expanded(webhook.get("Secret", ""), environment),
            insecure_ssl=bool(webhook.get("InsecureSSL", False)),
            subscriptions=tuple(_subscription(one) for one in document.get("Subscriptions", [])),
        )


@dataclass(frozen=True)
class Delivery:
    """An event on its way to one endpoint."""

    endpoint_id: str
    event: WebhookEvent
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True)
class DeliveryAttempt:
    """One try to deliver. ``status`` is the HTTP answer, 0 when there was none; ``error`` says why."""

    endpoint_id: str
    event_id: str
    event_type: str
    number: int
    at: datetime
    took_ms: int
    status: int
    error: str = ""
    given_up: bool = False

    @property
    def delivered(self) -> bool:
        return 200 <= self.status < 300

    def to_json(self) -> dict[str, Any]:
        return {
            "EndpointId": self.endpoint_id,
            "EventId": self.event_id,
            "EventType": self.event_type,
            "Attempt": self.number,
            "Time": to_iso(self.at),
            "DurationMs": self.took_ms,
            "Status": self.status,
            "Delivered": self.delivered,
            "GivenUp": self.given_up,
            "Error": self.error or None,
        }


def _subscription(document: Document) -> Subscription:
    if not document.get("AllEntities") and not document.get("EntityId"):
        raise Misconfigured("webhook-subscription", "a webhook subscription names AllEntities or an EntityId")
    return Subscription(required(document, "EventType"), document.get("EntityId"))


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    template = Template(text)
    names = dict.fromkeys(template.get_identifiers(), "")
    return template.safe_substitute({**names, **environment})
