"""Who calls the API: a password gives a secret key, the secret key (HTTP Basic) opens everything else."""

import asyncio
import hmac

from shared.errors import Forbidden, Unauthorised
from voicecloud.organisation.model import User
from voicecloud.organisation.service import Directory
from voicecloud.users import passwords


class Accounts:
    """Authentication and the simplest rights; ``signing_key`` is this installation's own."""

    def __init__(self, directory: Directory, signing_key: bytes) -> None:
        self._directory = directory
        self._signing_key = signing_key

    async def sign_in(self, user_name: str, password: str) -> tuple[User, str]:
        """The user and his secret key. Raises Unauthorised ``sign-in``, the same whether name or password is wrong."""
        user = self._directory.user_named(user_name)
        stored = user.password_hash if user else ""
        if user is None or not await asyncio.to_thread(passwords.matches, password, stored):
            raise Unauthorised("sign-in", "the user name or password is wrong")
        return user, self.secret_key(user)

    def authenticate(self, user_name: str, secret_key: str) -> User:
        """Raises Unauthorised ``secret-key``."""
        user = self._directory.user_named(user_name)
        if user is None or not hmac.compare_digest(secret_key.encode(), self.secret_key(user).encode()):
            raise Unauthorised("secret-key", "the user name or secret key is wrong")
        return user

    def secret_key(self, user: User) -> str:
        return passwords.secret_key(self._signing_key, user.id, user.key_version)


def require_self(caller: User, user: User) -> None:
    """Raises Forbidden ``foreign-user`` when somebody without that right asks for another user's data."""
    if caller.id != user.id and not caller.sees_everything:
        raise Forbidden("foreign-user", "this user's data may not be seen by the caller")
