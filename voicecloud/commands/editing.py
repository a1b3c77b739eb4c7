"""What the commands do to the documents. Each change is checked as the process would read it, then written."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO
from uuid import uuid4

from shared.errors import Conflict, InvalidInput, Missing
from shared.numbers import to_e164
from voicecloud import passwords
from voicecloud.organisation.model import CallbackList, Document, DocumentKind, PoolQueue, User
from voicecloud.organisation.service import Directory
from voicecloud.organisation.store import Documents

SHORTEST_PASSWORD = 10
READERS: Mapping[DocumentKind, Callable[[Document], object]] = {
    DocumentKind.USER: User.from_document,
    DocumentKind.QUEUE: PoolQueue.from_document,
    DocumentKind.CALLBACK_LIST: CallbackList.from_document,
}
FIELDS = {"first_name": "FirstName", "last_name": "LastName", "role": "Roles"}
NUMBERS = {"work_number": "WorkNumber", "mobile_number": "MobileNumber"}


@dataclass(eq=False, repr=False)
class Editor:
    """``directory`` is what was read at the start; ``read_password`` asks for one."""

    documents: Documents
    directory: Directory
    read_password: Callable[[], str]

    async def run(self, options: Namespace) -> object:
        """What to show. Raises InvalidInput, Missing or Conflict, and then nothing has changed."""
        deed = getattr(self, f"{options.kind}_{options.deed}".replace("-", "_"))
        shown = await deed(options)
        if options.deed != "list":
            await self.documents.announce()
        return shown

    async def users_list(self, _: Namespace) -> object:
        return [self._shown(one) for one in self.directory.documents(DocumentKind.USER)]

    async def users_create(self, options: Namespace) -> object:
        name = options.user.strip().lower()
        if self.directory.user_named(name):
            raise Conflict("user-exists", "there is a user of this name")
        password = {} if options.no_password else {"PasswordHash": passwords.hashed(self._password())}
        document = {"Id": str(uuid4()), "UserName": name, **self._user_fields(options, ""), **password}
        return self._shown(await self._write(DocumentKind.USER, document["Id"], lambda _: document))

    async def users_change(self, options: Namespace) -> object:
        user = self._user(options.user)
        given = self._user_fields(options, user.id)
        if options.user_name:
            given["UserName"] = options.user_name.strip().lower()
            if self.directory.user_named(given["UserName"]) not in {None, user}:
                raise Conflict("user-exists", "there is a user of this name")
        return self._shown(await self._write(DocumentKind.USER, user.id, lambda stored: {**stored, **given}))

    async def users_password(self, options: Namespace) -> object:
        given = {"PasswordHash": passwords.hashed(self._password())}
        return self._shown(
            await self._write(
                DocumentKind.USER, self._user(options.user).id, lambda stored: {**_revoked(stored), **given}
            )
        )

    async def users_revoke(self, options: Namespace) -> object:
        return self._shown(await self._write(DocumentKind.USER, self._user(options.user).id, _revoked))

    async def users_remove(self, options: Namespace) -> object:
        """From the pools first: a command that was cut off is simply repeated."""
        user = self._user(options.user)
        for queue in self.directory.queues.values():
            if any(member.user_id == user.id for member in queue.pool.members):
                await self._write(DocumentKind.QUEUE, queue.id, _without(user.id))
        await self.documents.delete(DocumentKind.AVAILABILITY, user.id)
        await self.documents.delete(DocumentKind.USER, user.id)
        return {"Removed": user.user_name}

    async def pools_list(self, _: Namespace) -> object:
        return self.directory.documents(DocumentKind.QUEUE)

    async def pools_create(self, options: Namespace) -> object:
        self._free_name(options.pool, {queue.name for queue in self.directory.queues.values()})
        document = {
            "Id": str(uuid4()),
            "Name": options.pool,
            "TypeId": 4,
            "Members": [],
            **self._pool_fields(options, ""),
        }
        return await self._write(DocumentKind.QUEUE, document["Id"], lambda _: document)

    async def pools_change(self, options: Namespace) -> object:
        pool_id = self._pool(options.pool).id
        given = self._pool_fields(options, pool_id) | ({"Name": options.name} if options.name else {})
        settings = given.pop("Settings", {})

        def changed(stored: Document) -> Document:
            return {**stored, **given, "Settings": {**stored.get("Settings", {}), **settings}}

        return await self._write(DocumentKind.QUEUE, pool_id, changed)

    async def pools_add_member(self, options: Namespace) -> object:
        user = self._user(options.user)
        if not user.is_person or options.skill < 1:
            raise InvalidInput("member-value", "a member is a person, with a skill of 1 or more")
        member = {"UserId": user.id, "Skill": options.skill, "Active": True}

        def changed(stored: Document) -> Document:
            return {**stored, "Members": [*_without(user.id)(stored)["Members"], member]}

        return await self._write(DocumentKind.QUEUE, self._pool(options.pool).id, changed)

    async def pools_remove_member(self, options: Namespace) -> object:
        return await self._write(DocumentKind.QUEUE, self._pool(options.pool).id, _without(self._user(options.user).id))

    async def pools_remove(self, options: Namespace) -> object:
        pool = self._pool(options.pool)
        await self.documents.delete(DocumentKind.QUEUE, pool.id)
        return {"Removed": pool.name}

    async def lists_list(self, _: Namespace) -> object:
        return self.directory.documents(DocumentKind.CALLBACK_LIST)

    async def lists_create(self, options: Namespace) -> object:
        self._free_name(options.list, {one.name for one in self.directory.callback_lists.values()})
        document = {"Id": str(uuid4()), "Name": options.list}
        return await self._write(DocumentKind.CALLBACK_LIST, document["Id"], lambda _: document)

    async def lists_change(self, options: Namespace) -> object:
        found = self._list(options.list)
        return await self._write(DocumentKind.CALLBACK_LIST, found.id, lambda stored: {**stored, "Name": options.name})

    async def lists_remove(self, options: Namespace) -> object:
        found, queues = self._list(options.list), self.directory.queues.values()
        rules = {queue.name: queue.pool.callback for queue in queues}
        feeding = [name for name, rule in rules.items() if rule and rule.list_id == found.id]
        if feeding:
            raise Conflict("list-in-use", f"pools feed this list: {', '.join(feeding)}")
        await self.documents.delete(DocumentKind.CALLBACK_LIST, found.id)
        return {"Removed": found.name}

    async def _write(self, kind: DocumentKind, key: str, change: Callable[[Document], Document]) -> Document:
        def checked(stored: Document | None) -> Document:
            document = change(stored or {})
            try:
                READERS[kind](document)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                raise InvalidInput("field-value", "a field has a value it cannot have") from error
            return document

        return await self.documents.update(kind, key, checked) or {}

    def _user(self, name: str) -> User:
        return _found(self.directory.user_named(name) or self.directory.users.get(name), "user")

    def _pool(self, name: str) -> PoolQueue:
        queues = self.directory.queues
        return _found(queues.get(name) or next((one for one in queues.values() if one.name == name), None), "queue")

    def _list(self, name: str) -> CallbackList:
        lists = self.directory.callback_lists
        return _found(
            lists.get(name) or next((one for one in lists.values() if one.name == name), None), "callback-list"
        )

    def _user_fields(self, options: Namespace, user_id: str) -> dict[str, Any]:
        given = {field: getattr(options, name) for name, field in FIELDS.items() if getattr(options, name) is not None}
        numbers = {name: getattr(options, name) for name in NUMBERS if getattr(options, name) is not None}
        return given | {
            NUMBERS[name]: self._number(number, user_id) if number else "" for name, number in numbers.items()
        }

    def _pool_fields(self, options: Namespace, pool_id: str) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if options.number is not None:
            given["Numbers"] = [self._number(number, pool_id) for number in options.number]
        if options.settings is not None:
            given["Settings"] = _object(options.settings)
        return given

    def _number(self, text: str, owner_id: str) -> str:
        """Raises InvalidInput ``number``, Conflict ``number-taken`` when it leads to somebody else already."""
        number = to_e164(text, self.directory.organisation.region)
        if number is None:
            raise InvalidInput("number", "this is no phone number")
        owner = self.directory.routing().numbers.get(number)
        if owner and owner.value != owner_id:
            raise Conflict("number-taken", "this number leads to another user or pool")
        return number

    def _password(self) -> str:
        password = self.read_password()
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidInput("password-short", f"a password has {SHORTEST_PASSWORD} characters or more")
        return password

    def _free_name(self, name: str, taken: set[str]) -> None:
        if not name.strip() or name in taken:
            raise Conflict("name-taken", "a name is needed that nothing else has")

    def _shown(self, document: Document) -> Document:
        return {name: value for name, value in document.items() if name != "PasswordHash"}


def _object(file: TextIO) -> dict[str, Any]:
    """Raises InvalidInput ``field-value`` for what is no JSON object."""
    try:
        given = json.load(file)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("field-value", f"the settings are not JSON: {error}") from None
    if not isinstance(given, dict):
        raise InvalidInput("field-value", "the settings are a JSON object")
    return given


def _revoked(stored: Document) -> dict[str, Any]:
    return {**stored, "KeyVersion": stored.get("KeyVersion", 1) + 1}


def _without(user_id: str) -> Callable[[Document], Document]:
    return lambda stored: {**stored, "Members": [one for one in stored.get("Members", []) if one["UserId"] != user_id]}


def _found[Found](found: Found | None, kind: str) -> Found:
    if found is None:
        raise Missing(f"{kind}-unknown", f"there is no such {kind}")
    return found
