"""The configured organisation as frozen data, read from JSON documents with the field names of EnreachAPI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from shared.errors import InvalidInput
from voicecloud.organisation.codec import decode
from voicecloud.records.model import Privacy
from voicecloud.routing import model as routing
from voicecloud.vocabulary.calls import Terminal

Document = Mapping[str, Any]


class DocumentKind(StrEnum):
    """The kinds of documents; each is a partition of the configuration table."""

    ORGANIZATION = "organization"
    USER = "user"
    QUEUE = "queue"
    AVAILABILITY = "availability"
    CALLBACK_LIST = "callbacklist"
    WEBHOOK = "webhook"
    SMART_ROUTING = "smartrouting"
    SCHEMA = "schema"
    PROMPT = "prompt"
    CUSTOMER = "customer"


class Role(StrEnum):
    """What a user may do (I6): an ApiUser reads and handles everything for another system."""

    USER = "User"
    GROUP_MANAGER = "GroupManager"
    SUPERVISOR = "Supervisor"
    API_USER = "ApiUser"


@dataclass(frozen=True)
class Organisation:
    """``region`` (ISO 3166) is what national spellings of numbers belong to."""

    id: str
    name: str
    region: str = "FI"

    @classmethod
    def from_document(cls, document: Document) -> Self:
        return cls(required(document, "Id"), document.get("Name", ""), document.get("Region", "FI"))


@dataclass(frozen=True)
class Simulated:
    """A user played by the voice cloud itself: answers on ``terminal`` after ``answer_from_s`` to ``answer_to_s``."""

    terminal: Terminal = Terminal.DESK
    answer_from_s: float = 1.5
    answer_to_s: float = 5.0


@dataclass(frozen=True)
class User:
    """A person or a program with an account. ``password_hash`` is empty for who never signs in with one."""

    id: str
    user_name: str
    first_name: str = ""
    last_name: str = ""
    roles: Sequence[Role] = (Role.USER,)
    work_number: str = ""
    mobile_number: str = ""
    password_hash: str = ""
    key_version: int = 1
    call_privacy_default: Privacy = Privacy.UNDEFINED
    accepting: bool = True
    phone: Document = field(default_factory=dict)
    simulated: Simulated | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.user_name

    @property
    def sees_everything(self) -> bool:
        return Role.API_USER in self.roles or Role.SUPERVISOR in self.roles

    @property
    def manages(self) -> bool:
        """May activate others and edit pools."""
        return self.sees_everything or Role.GROUP_MANAGER in self.roles

    @property
    def is_person(self) -> bool:
        """Programs have no phone."""
        return Role.API_USER not in self.roles

    @classmethod
    def from_document(cls, document: Document) -> Self:
        simulated = document.get("Simulated")
        return cls(
            id=required(document, "Id"),
            user_name=required(document, "UserName").lower(),
            first_name=document.get("FirstName", ""),
            last_name=document.get("LastName", ""),
            roles=tuple(Role(role) for role in document.get("Roles", [Role.USER])),
            work_number=document.get("WorkNumber", ""),
            mobile_number=document.get("MobileNumber", ""),
            password_hash=document.get("PasswordHash", ""),
            key_version=document.get("KeyVersion", 1),
            call_privacy_default=Privacy(document.get("CallPrivacyDefault", Privacy.UNDEFINED)),
            accepting=document.get("Accepting", True),
            phone=document.get("Phone", {}),
            simulated=decode(Simulated, simulated) if simulated is not None else None,
        )


@dataclass(frozen=True)
class PoolQueue:
    """A service pool with its numbers; ``pool`` is what routing needs to know of it, members included."""

    id: str
    name: str
    numbers: Sequence[str]
    type_id: int
    pool: routing.Pool

    @classmethod
    def from_document(cls, document: Document) -> Self:
        queue_id, name = required(document, "Id"), required(document, "Name")
        settings = {**document.get("Settings", {}), "Id": queue_id, "Name": name, "Members": document["Members"]}
        numbers = tuple(document.get("Numbers", []))
        return cls(queue_id, name, numbers, document.get("TypeId", 4), decode(routing.Pool, settings))


@dataclass(frozen=True)
class CallbackList:
    """A list that callbacks are collected on."""

    id: str
    name: str

    @classmethod
    def from_document(cls, document: Document) -> Self:
        return cls(required(document, "Id"), required(document, "Name"))


def required(document: Document, name: str) -> str:
    """Raises InvalidInput ``field-missing``."""
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInput("field-missing", f"the field {name} is missing")
    return value
