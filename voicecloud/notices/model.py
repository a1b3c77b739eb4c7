"""A notice: something a webhook endpoint or a real-time client may want to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Notice:
    """``entity_type`` is ``User``, ``Queue``, ``CallList`` or ``Call``. ``lasting`` notices go to webhooks too."""

    name: str
    entity_type: str
    entity_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    lasting: bool = True
