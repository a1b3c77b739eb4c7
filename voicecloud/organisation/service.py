"""The configuration in memory: loaded at the start, every change written before it holds."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from shared.errors import Misconfigured, Missing
from shared.numbers import from_network
from voicecloud.organisation.codec import decode
from voicecloud.organisation.model import CallbackList, Document, DocumentKind, Organisation, PoolQueue, Simulated, User
from voicecloud.organisation.numbering import with_targets
from voicecloud.organisation.store import Documents
from voicecloud.routing import model as routing


@dataclass(eq=False, repr=False)
class Directory:
    """Who and what there is. Tables hold the truth; ``load`` again takes over what commands have changed in them."""

    store: Documents
    loaded_revision: str = field(default="", init=False)
    organisation: Organisation = field(default_factory=lambda: Organisation("", ""), init=False)
    users: dict[str, User] = field(default_factory=dict, init=False)
    queues: dict[str, PoolQueue] = field(default_factory=dict, init=False)
    callback_lists: dict[str, CallbackList] = field(default_factory=dict, init=False)
    plays_simulated: bool = field(default=False, init=False)
    """Whether anybody plays the simulated telephones of users; without, nobody is reached at them."""
    _raw: dict[tuple[DocumentKind, str], Document] = field(default_factory=dict, init=False)
    # so that what is being read again does not undo a change made meanwhile
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def simulated(self, user: User) -> Simulated | None:
        """The simulated telephone that rings."""
        return user.simulated if self.plays_simulated else None

    async def load(self) -> None:
        """All of it or nothing: what could not be read is read again, for ``loaded_revision`` stays what it was.

        Raises Misconfigured ``organisation-missing`` when nothing is configured.
        """
        async with self._writing:
            revision = await self.store.revision()
            raw = await self.store.all()
            before = self._raw, self.organisation
            self._raw = raw
            try:
                self._read()
            except BaseException:
                self._raw, self.organisation = before
                raise
            self.loaded_revision = revision

    def _read(self) -> None:
        heads = self.documents(DocumentKind.ORGANIZATION)
        if not heads:
            raise Misconfigured("organisation-missing", "no organisation is configured: give VOICECLOUD_SEED")
        self.organisation = Organisation.from_document(heads[0])
        users, queues = self._by_id(DocumentKind.USER, self._user), self._by_id(DocumentKind.QUEUE, self._queue)
        self.callback_lists = self._by_id(DocumentKind.CALLBACK_LIST, CallbackList.from_document)
        self.users, self.queues = users, queues

    def documents(self, kind: DocumentKind) -> list[Document]:
        """All of a kind, as they are stored."""
        return [document for (of, _), document in self._raw.items() if of is kind]

    def document(self, kind: DocumentKind, key: str) -> Document | None:
        return self._raw.get((kind, key))

    async def write(self, kind: DocumentKind, key: str, document: Document) -> None:
        """Stores a document; users and queues are read again from it. Raises InvalidInput when it makes no sense."""
        read = self._read_as(kind, document)
        async with self._writing:
            await self.store.put(kind, key, document)
            self._take_over(kind, key, document, read)

    async def change(self, kind: DocumentKind, key: str, change: Callable[[Document], Document]) -> None:
        """Changes a document as it is stored now. Raises Missing when it is gone, InvalidInput when it makes no sense
        afterwards."""

        def changed(stored: Document | None) -> Document:
            document = change(_found(stored, kind.value))
            self._read_as(kind, document)
            return document

        async with self._writing:
            document = await self.store.update(kind, key, changed) or {}
            self._take_over(kind, key, document, self._read_as(kind, document))

    async def revision(self) -> str:
        """Another one when commands have changed something."""
        return await self.store.revision()

    def _take_over(self, kind: DocumentKind, key: str, document: Document, read: User | PoolQueue | None) -> None:
        self._raw[kind, key] = document
        if isinstance(read, User):
            self.users[key] = read
        if isinstance(read, PoolQueue):
            self.queues[key] = read

    def user(self, user_id: str) -> User:
        """Raises Missing ``user-unknown``."""
        return _found(self.users.get(user_id), "user")

    def user_named(self, user_name: str) -> User | None:
        wanted = user_name.strip().lower()
        return next((user for user in self.users.values() if user.user_name == wanted), None)

    def queue(self, queue_id: str) -> PoolQueue:
        """Raises Missing ``queue-unknown``."""
        return _found(self.queues.get(queue_id), "queue")

    def callback_list(self, list_id: str) -> CallbackList:
        """Raises Missing ``callback-list-unknown``."""
        return _found(self.callback_lists.get(list_id), "callback-list")

    def routing(self) -> routing.Configuration:
        """What routing has to know of all this."""
        phones = (_phone(user) for user in self.users.values() if user.is_person)
        people = {phone.id: with_targets(phone, self.spelled) for phone in phones}
        numbers = {user.work_number: _to_user(user) for user in self.users.values() if user.work_number}
        numbers |= {number: _to_queue(queue) for queue in self.queues.values() for number in queue.numbers}
        pools = {queue.id: queue.pool for queue in self.queues.values()}
        return routing.Configuration(users=people, pools=pools, numbers=numbers)

    def spelled(self, number: str) -> str:
        """A number in any spelling in E.164, as it is where it is no number of a country."""
        return from_network(number, self.organisation.region) or number

    def own_numbers(self) -> Collection[str]:
        """All that lead to a user or a pool."""
        of_users = {user.work_number for user in self.users.values() if user.work_number}
        return of_users | {number for queue in self.queues.values() for number in queue.numbers}

    def _read_as(self, kind: DocumentKind, document: Document) -> User | PoolQueue | None:
        """Raises InvalidInput when a user or queue makes no sense."""
        if kind is DocumentKind.USER:
            return self._user(document)
        return self._queue(document) if kind is DocumentKind.QUEUE else None

    def _user(self, document: Document) -> User:
        user = User.from_document(document)
        work, mobile = self.spelled(user.work_number), self.spelled(user.mobile_number)
        return replace(user, work_number=work, mobile_number=mobile)

    def _queue(self, document: Document) -> PoolQueue:
        queue = PoolQueue.from_document(document)
        numbers = tuple(self.spelled(number) for number in queue.numbers)
        return replace(queue, numbers=numbers, pool=with_targets(queue.pool, self.spelled))

    def _by_id[Found](self, kind: DocumentKind, read: Callable[[Document], Found]) -> dict[str, Found]:
        return {key: read(document) for (of, key), document in self._raw.items() if of is kind}


def _found[Found](found: Found | None, kind: str) -> Found:
    if found is None:
        raise Missing(f"{kind}-unknown", f"there is no such {kind.replace('-', ' ')}")
    return found


def _phone(user: User) -> routing.Subscriber:
    known = {"Id": user.id, "Name": user.name, "Number": user.work_number or None, "Email": user.user_name}
    return decode(routing.Subscriber, {**user.phone, **known})


def _to_user(user: User) -> routing.Target:
    return routing.Target(routing.TargetKind.USER, user.id)


def _to_queue(queue: PoolQueue) -> routing.Target:
    return routing.Target(routing.TargetKind.POOL, queue.id)
