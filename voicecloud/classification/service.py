"""Schemas of tags, and which tags people gave to a call or callback."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.clock import Clock, to_iso
from shared.errors import InvalidInput, Missing
from voicecloud.classification.store import ClassificationStore
from voicecloud.ids import Ids
from voicecloud.organisation.model import Document, DocumentKind, User, required
from voicecloud.organisation.service import Directory

TYPES = ("Undefined", "None", "DirectCall", "ServiceCall", "Email", "CallListItem")
MAX_NOTE = 500
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(eq=False, repr=False)
class Classifications:
    """Schemas are configuration; instances are kept for good."""

    store: ClassificationStore
    directory: Directory
    ids: Ids
    clock: Clock

    def schemas(self) -> list[Document]:
        return self.directory.documents(DocumentKind.SCHEMA)

    def schema(self, schema_id: str) -> Document:
        """Raises Missing ``schema-unknown``."""
        found = self.directory.document(DocumentKind.SCHEMA, schema_id)
        if found is None:
            raise Missing("schema-unknown", "there is no such classification schema")
        return found

    async def add(self, classifier: User, given: Mapping[str, Any]) -> dict[str, Any]:
        """Raises InvalidInput ``classification-…`` for tags that the schema does not allow."""
        schema = self.schema(required(given, "TagSchemaId"))
        selections = given.get("TagSelections")
        if not isinstance(selections, list) or not all(isinstance(one, Mapping) for one in selections):
            raise InvalidInput("classification-tags", "TagSelections is a list of {TagId}")
        chosen = _chosen(schema, [one.get("TagId") for one in selections])
        note = str(given.get("Note") or "")
        kind = given.get("ClassifiedType", "Undefined")
        if len(note) > MAX_NOTE or kind not in TYPES:
            raise InvalidInput(
                "classification-value", f"Note has at most {MAX_NOTE} characters, ClassifiedType is known"
            )
        subject_id = subject(given.get("CallId") or given.get("CallListItemId"))
        now = to_iso(self.clock())
        instance = {
            "Id": self.ids.new(),
            "TagSchemaId": schema["Id"],
            "TagSchemaName": schema["Name"],
            "TagSelections": chosen,
            "ClassifiedType": kind,
            "CallId": given.get("CallId"),
            "CallListItemId": given.get("CallListItemId"),
            "Note": note,
            "UserId": classifier.id,
            "CreatedBy": classifier.user_name,
            "CreatedTime": now,
            "Modified": now,
        }
        await self.store.add(subject_id, instance)
        return instance

    async def of(self, subject_id: str) -> list[dict[str, Any]]:
        return await self.store.of(subject(subject_id))


def subject(given: object) -> str:
    """Raises InvalidInput ``classification-subject``."""
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise InvalidInput("classification-subject", "a CallId or the id of a callback is needed")
    return given


def _chosen(schema: Document, given: list[object]) -> list[dict[str, Any]]:
    """``{TagId, TagName, TagGroupName}`` of each, in the order given; ids are whole numbers, also as text."""
    ids = [str(one) for one in given if isinstance(one, int | str) and not isinstance(one, bool)]
    known = {str(tag["Id"]): (tag, group) for group in schema["Groups"] for tag in group["Tags"]}
    if unknown := len(given) - len([one for one in ids if one in known]):
        raise InvalidInput("classification-tags", f"{unknown} of the tags are not in the schema")
    for group in schema["Groups"]:
        count = len({str(tag["Id"]) for tag in group["Tags"]} & set(ids))
        if not group.get("MinSelections", 0) <= count <= group.get("MaxSelections", len(known)):
            raise InvalidInput("classification-tags", f"the group {group['Name']} has too few or too many tags")
    found = (known[one] for one in dict.fromkeys(ids))
    return [{"TagId": tag["Id"], "TagName": tag["Name"], "TagGroupName": group["Name"]} for tag, group in found]
