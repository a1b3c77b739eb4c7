"""Call histories as compressed JSON: what a record can be made of again."""

import json
import zlib
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from voicecloud.vocabulary.calls import CallEvent, CallHistory, Direction, EndReason, EventKind, Terminal


def pack(history: CallHistory) -> bytes:
    """Some 20 bytes an event."""
    head = asdict(history)
    events = head.pop("events")
    head["events"] = [[event[each.name] for each in fields(CallEvent)] for event in events]
    return zlib.compress(json.dumps(head, default=_plain, separators=(",", ":")).encode())


def unpack(packed: bytes) -> CallHistory:
    head: dict[str, Any] = json.loads(zlib.decompress(packed))
    head["events"] = tuple(_event(values) for values in head["events"])
    head["direction"] = Direction(head["direction"])
    head["arrived_at"] = datetime.fromisoformat(head["arrived_at"])
    head["ended_at"] = datetime.fromisoformat(head["ended_at"]) if head["ended_at"] else None
    head["end_reason"] = EndReason(head["end_reason"]) if head["end_reason"] else None
    return CallHistory(**head)


def _event(values: list[Any]) -> CallEvent:
    event = dict(zip((each.name for each in fields(CallEvent)), values, strict=True))
    event["at"] = datetime.fromisoformat(event["at"])
    event["kind"] = EventKind(event["kind"])
    event["terminal"] = Terminal(event["terminal"]) if event["terminal"] else None
    return CallEvent(**event)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
