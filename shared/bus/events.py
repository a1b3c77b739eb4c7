"""The envelope of every message: CloudEvents 1.0, structured JSON mode (design.md rule 5).

The payload is nested in ``data``: the Functions host lets top-level keys of a body overwrite message properties.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from shared.clock import to_iso
from shared.errors import InvalidInput
from shared.outside import document as parsed
from shared.outside import moment


@dataclass(frozen=True)
class CloudEvent:
    """``type`` says what ``data`` holds, ``subject`` what it is about; ``id`` is the business key of the message."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> str:
        document = {
            "specversion": "1.0",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": to_iso(self.time),
            "datacontenttype": "application/json",
            "data": dict(self.data),
        }
        return json.dumps(document, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Raises InvalidInput ``malformed-event``; unknown attributes are ignored."""
        try:
            document = parsed(text)
            texts = {name: _text(document[name]) for name in ("id", "type", "source")}
            time = moment(document["time"])
            data = document.get("data", {})
        except (ValueError, TypeError, KeyError, AttributeError):
            raise _malformed() from None
        if not isinstance(data, Mapping):
            raise _malformed()
        return cls(**texts, subject=str(document.get("subject", "")), time=time, data=data)


def _text(value: object) -> str:
    """Required attributes are texts and not empty (CloudEvents 1.0, section 3.1)."""
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _malformed() -> InvalidInput:
    return InvalidInput("malformed-event", "the message is not a CloudEvents 1.0 JSON document")
