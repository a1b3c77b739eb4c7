"""Applies an organisation file at the start: what has changed in it since the last start is changed here too.

Of each field the latest change holds, whoever made it. A field that the file has not changed keeps what the API and the
commands have made of it; one that the file has changed, or a whole entry that it has added or removed, is as the file
says. What commands have added stays, what they have removed stays away until the file changes it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import Misconfigured
from voicecloud import passwords
from voicecloud.organisation.model import Document, DocumentKind, required
from voicecloud.organisation.store import Change, Documents

SECTIONS: Mapping[str, DocumentKind] = {
    "Users": DocumentKind.USER,
    "Queues": DocumentKind.QUEUE,
    "CallbackLists": DocumentKind.CALLBACK_LIST,
    "Webhooks": DocumentKind.WEBHOOK,
    "SmartRouting": DocumentKind.SMART_ROUTING,
    "ClassificationSchemas": DocumentKind.SCHEMA,
    "Prompts": DocumentKind.PROMPT,
    "Customers": DocumentKind.CUSTOMER,
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
    """Gives the number of documents added, changed or removed. Passwords are kept as hashes only."""
    text = json.dumps(organisation, sort_keys=True)
    if passwords.matches(text, await documents.fingerprint()):
        return 0
    sections = [(DocumentKind.ORGANIZATION, [organisation["Organization"]])]
    sections += [(kind, organisation.get(section, [])) for section, kind in SECTIONS.items()]
    all_before = await documents.from_file()
    count = 0
    for kind, wanted in sections:
        before = {key: document for (of, key), document in all_before.items() if of is kind}
        count += await _apply(documents, kind, before, {required(one, "Id"): one for one in wanted})
    await documents.keep_fingerprint(passwords.hashed(text))
    return count


async def _apply(
    documents: Documents, kind: DocumentKind, last: Mapping[str, Document], wanted: Mapping[str, Document]
) -> int:
    now = {key: _without_password(given, last.get(key)) for key, given in wanted.items()}
    changed = {key: after for key, after in now.items() if last.get(key) != after}
    removed = last.keys() - wanted.keys()
    count = await documents.insert(kind, {key: changed[key] for key in changed.keys() - last.keys()})
    for key in changed.keys() & last.keys():
        await documents.update(kind, key, _merging(last[key], changed[key]))
    for key in removed:
        await documents.delete(kind, key)
    await documents.remember(kind, changed, removed)
    return count + len(changed.keys() & last.keys()) + len(removed)


def _merging(before: Document, after: Document) -> Change:
    def merged_into(stored: Document | None) -> Document:
        if stored is None:
            return after
        merged = merge(stored, before, after)
        changed = merged.get("PasswordHash") != stored.get("PasswordHash")
        return {**merged, "KeyVersion": stored.get("KeyVersion", 1) + 1} if changed else merged

    return merged_into


def merge(stored: Document, before: Document, after: Document) -> dict[str, Any]:
    """``stored`` with what has changed from ``before`` to ``after``: field by field, of members one by one."""
    merged = dict(stored)
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name not in after:
            merged.pop(name, None)
        elif isinstance(old, dict) and isinstance(new, dict):
            merged[name] = merge(stored.get(name) or {}, old, new)
        elif name == "Members" and isinstance(old, list) and isinstance(new, list):
            merged[name] = _members(stored.get(name) or [], old, new)
        else:
            merged[name] = new
    return merged


def _members(stored: list[Document], old: list[Document], new: list[Document]) -> list[Document]:
    by_user = [{one["UserId"]: one for one in each} for each in (stored, old, new)]
    return list(merge(*by_user).values())


def _without_password(document: Document, before: Document | None) -> Document:
    """With the hash it had before, if the password is the same."""
    if "Password" not in document:
        return document
    kept = {name: value for name, value in document.items() if name != "Password"}
    known = (before or {}).get("PasswordHash", "")
    same = passwords.matches(document["Password"], known)
    return {**kept, "PasswordHash": known if same else passwords.hashed(document["Password"])}
