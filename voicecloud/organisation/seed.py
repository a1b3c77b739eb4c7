"""Applies an organisation file: what it names and nobody has configured yet is added, what exists stays."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import Misconfigured
from voicecloud.organisation.model import Document, Kind, required
from voicecloud.organisation.store import Documents
from voicecloud.users import passwords

SECTIONS: Mapping[str, Kind] = {
    "Users": Kind.USER,
    "Queues": Kind.QUEUE,
    "CallbackLists": Kind.CALLBACK_LIST,
    "Webhooks": Kind.WEBHOOK,
    "SmartRouting": Kind.SMART_ROUTING,
    "ClassificationSchemas": Kind.SCHEMA,
    "Prompts": Kind.PROMPT,
    "Customers": Kind.CUSTOMER,
}
"""The file's lists; beside them it has one object ``Organization``."""


def read(path: Path) -> Mapping[str, Any]:
    """Raises Misconfigured ``seed-unreadable``."""
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured("seed-unreadable", "the organisation file cannot be read as JSON") from error
    return document


async def apply(documents: Documents, organisation: Mapping[str, Any]) -> int:
    """Inserts what is absent; gives the number of documents added. Passwords are kept as hashes only."""
    added = 0
    sections = [(Kind.ORGANIZATION, [organisation["Organization"]])]
    sections += [(kind, organisation.get(section, [])) for section, kind in SECTIONS.items()]
    for kind, wanted in sections:
        known = await documents.keys(kind)
        for document in wanted:
            key = required(document, "Id")
            if key not in known:
                added += await documents.insert(kind, key, _without_password(document))
    return added


def _without_password(document: Document) -> Document:
    if "Password" not in document:
        return document
    kept = {name: value for name, value in document.items() if name != "Password"}
    return {**kept, "PasswordHash": passwords.hashed(document["Password"])}
