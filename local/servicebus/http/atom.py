"""Queue descriptions as Atom entries, the format of the Service Bus management REST interface.

Source: "Service Bus resource manager REST API", entities as ``QueueDescription`` in an Atom entry.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

from local.servicebus.core.config import duration_ms
from local.servicebus.core.model import Counts, QueueSettings

ATOM = "http://www.w3.org/2005/Atom"
CONNECT = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"
COUNTS = "http://schemas.microsoft.com/netservices/2011/06/servicebus"

MINUTE_MS = 60_000
LOCK_BOUNDS_MS = (5_000, 5 * MINUTE_MS)
DUPLICATE_BOUNDS_MS = (20_000, 7 * 24 * 60 * MINUTE_MS)
DEFAULTS = {"LockDuration": "PT1M", "MaxDeliveryCount": "10", "DuplicateDetectionHistoryTimeWindow": "PT10M"}
FOREVER = "P10675199DT2H48M5.477S"
FOREVER_MS = duration_ms(FOREVER)
MAX_DELIVERIES = 2_000

Described = tuple[str, QueueSettings, Counts]


class BadDescription(ValueError):
    """The body of a request is no acceptable queue description."""


def read_queue(body: bytes) -> QueueSettings:
    """The settings an entry asks for, within Azure's bounds. Raises BadDescription."""
    try:
        description = ElementTree.fromstring(body).find(f".//{{{CONNECT}}}QueueDescription")  # noqa: S314 - localhost only
    except ElementTree.ParseError as error:
        raise BadDescription(f"not XML: {error}") from error
    if description is None:
        raise BadDescription("there is no QueueDescription in the entry")
    given = {item.tag.rpartition("}")[2]: item.text for item in description if item.text}
    try:
        return _settings({**DEFAULTS, **given})
    except ValueError as error:
        raise BadDescription(str(error)) from error


def _settings(given: dict[str, str]) -> QueueSettings:
    ttl_ms = duration_ms(given.get("DefaultMessageTimeToLive", FOREVER))
    window_ms = _within("DuplicateDetectionHistoryTimeWindow", given, DUPLICATE_BOUNDS_MS)
    deliveries = int(given["MaxDeliveryCount"])
    if not 1 <= deliveries <= MAX_DELIVERIES:
        raise ValueError(f"MaxDeliveryCount {deliveries} is not within 1 to {MAX_DELIVERIES}")
    return QueueSettings(
        lock_duration_ms=_within("LockDuration", given, LOCK_BOUNDS_MS),
        max_delivery_count=deliveries,
        ttl_ms=ttl_ms if ttl_ms < FOREVER_MS else None,
        dead_letter_on_expiry=_true(given, "DeadLetteringOnMessageExpiration"),
        duplicate_window_ms=window_ms if _true(given, "RequiresDuplicateDetection") else None,
        requires_session=_true(given, "RequiresSession"),
        forward_to=_entity(given.get("ForwardTo")),
        forward_dead_letters_to=_entity(given.get("ForwardDeadLetteredMessagesTo")),
    )


def _within(name: str, given: dict[str, str], bounds_ms: tuple[int, int]) -> int:
    value_ms = duration_ms(given[name])
    if not bounds_ms[0] <= value_ms <= bounds_ms[1]:
        raise ValueError(f"{name} {given[name]} is not within {bounds_ms[0]} to {bounds_ms[1]} ms")
    return value_ms


def _true(given: dict[str, str], name: str) -> bool:
    return given.get(name, "false").lower() == "true"


def _entity(address: str | None) -> str | None:
    return address.rpartition("/")[2] if address else None


def write_entry(queue: Described, base_url: str) -> bytes:
    return _bytes(_entry(queue, base_url))


def write_feed(queues: Iterable[Described], base_url: str) -> bytes:
    """A list of queues; an empty one is also Azure's answer when a single entity is not found."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    ElementTree.SubElement(feed, f"{{{ATOM}}}title", {"type": "text"}).text = "Queues"
    feed.extend(_entry(queue, base_url) for queue in queues)
    return _bytes(feed)


def _entry(queue: Described, base_url: str) -> ElementTree.Element:
    name, settings, counts = queue
    entry = ElementTree.Element(f"{{{ATOM}}}entry")
    ElementTree.SubElement(entry, f"{{{ATOM}}}id").text = f"{base_url}/{name}"
    ElementTree.SubElement(entry, f"{{{ATOM}}}title", {"type": "text"}).text = name
    content = ElementTree.SubElement(entry, f"{{{ATOM}}}content", {"type": "application/xml"})
    description = ElementTree.SubElement(content, f"{{{CONNECT}}}QueueDescription")
    for tag, text in _texts(settings, counts).items():
        ElementTree.SubElement(description, f"{{{CONNECT}}}{tag}").text = text
    details = ElementTree.SubElement(description, f"{{{CONNECT}}}CountDetails")
    for tag, number in _numbers(counts).items():
        ElementTree.SubElement(details, f"{{{COUNTS}}}{tag}").text = str(number)
    return entry


def _texts(settings: QueueSettings, counts: Counts) -> dict[str, str]:
    texts = {
        "LockDuration": _duration(settings.lock_duration_ms),
        "MaxSizeInMegabytes": "1024",
        "RequiresDuplicateDetection": _flag(settings.duplicate_window_ms is not None),
        "RequiresSession": _flag(settings.requires_session),
        "DefaultMessageTimeToLive": FOREVER if settings.ttl_ms is None else _duration(settings.ttl_ms),
        "DeadLetteringOnMessageExpiration": _flag(settings.dead_letter_on_expiry),
        "DuplicateDetectionHistoryTimeWindow": _duration(settings.duplicate_window_ms or 10 * MINUTE_MS),
        "MaxDeliveryCount": str(settings.max_delivery_count),
        "EnableBatchedOperations": "true",
        "MessageCount": str(counts.total),
        "Status": "Active",
        "ForwardTo": settings.forward_to,
        "ForwardDeadLetteredMessagesTo": settings.forward_dead_letters_to,
        "EntityAvailabilityStatus": "Available",
    }
    return {tag: text for tag, text in texts.items() if text is not None}


def _numbers(counts: Counts) -> dict[str, int]:
    return {
        "ActiveMessageCount": counts.active,
        "DeadLetterMessageCount": counts.dead_letter,
        "ScheduledMessageCount": counts.scheduled,
        "TransferMessageCount": 0,
        "TransferDeadLetterMessageCount": 0,
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _duration(value_ms: int) -> str:
    return f"PT{value_ms / 1000:g}S" if value_ms % 1000 else f"PT{value_ms // 1000}S"


def _bytes(element: ElementTree.Element) -> bytes:
    octets: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return octets
