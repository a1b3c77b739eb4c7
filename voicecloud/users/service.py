"""Who calls the API: a password gives a secret key, the secret key (HTTP Basic) opens everything else."""

import asyncio
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from shared.errors import Limited, Unauthorised
from voicecloud import passwords
from voicecloud.organisation.model import User
from voicecloud.organisation.service import Directory
from voicecloud.users.guessing import Guessing
from voicecloud.users.known import KnownPairs

THREADS = 1
MOST_WAITING = 20
"""Passwords that wait to be checked; each takes some 50 ms of a thread that the event loop does not wait for."""


@dataclass(eq=False, repr=False)
class Accounts:
    """Authentication; ``signing_key`` is this installation's own."""

    directory: Directory
    signing_key: bytes
    known: KnownPairs
    _guessing: Guessing = field(default_factory=Guessing, init=False)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="passwords"), init=False
    )
    _waiting: int = field(default=0, init=False)

    async def load(self) -> None:
        """Recalls who has signed in from where."""
        self._guessing.know(await self.known.load())

    async def sign_in(self, user_name: str, password: str, address: str) -> tuple[User, str]:
        """The user and their secret key; ``address`` is where the request comes from.

        Raises Unauthorised ``sign-in``, the same and after the same time whether name or password is wrong; Limited
        ``sign-in-pause`` after too many of these, ``sign-in-busy`` when too many passwords wait to be checked.
        """
        attempt = self._guessing.begin(user_name, address)
        if self._waiting >= MOST_WAITING:
            self._guessing.abandoned(attempt)
            raise Limited("sign-in-busy", "too many people sign in at once")
        user = self.directory.user_named(user_name)
        stored = (user.password_hash if user else "") or passwords.NOBODY
        if not await self._matches(password, stored) or user is None:
            raise Unauthorised("sign-in", "the user name or password is wrong")
        self._guessing.succeeded(attempt)
        await self.known.keep(attempt.pair)
        return user, self.secret_key(user)

    async def _matches(self, password: str, stored: str) -> bool:
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, passwords.matches, password, stored)
        finally:
            self._waiting -= 1

    def authenticate(self, user_name: str, secret_key: str) -> User:
        """Raises Unauthorised ``secret-key``."""
        user = self.directory.user_named(user_name)
        if user is None or not hmac.compare_digest(secret_key.encode(), self.secret_key(user).encode()):
            raise Unauthorised("secret-key", "the user name or secret key is wrong")
        return user

    def secret_key(self, user: User) -> str:
        return passwords.secret_key(self.signing_key, user.id, user.key_version)
