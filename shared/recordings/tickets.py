"""Short-lived tickets for one recording: an audio element cannot send a token of its own."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from shared.clock import Clock
from shared.errors import Forbidden
from shared.storage.tables import Table

HOLDS_FOR = timedelta(minutes=10)
KEY_BYTES = 32
PARTITION, ROW = "tickets", "key"


class Tickets:
    """Signed with a key that is made once and kept in the ``secrets`` table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._key = b""

    async def issue(self, call_id: str, recording_id: str) -> str:
        expires = int((self._clock() + HOLDS_FOR).timestamp())
        return f"{expires}.{await self._signature(call_id, recording_id, expires)}"

    async def check(self, call_id: str, recording_id: str, ticket: str) -> None:
        """Raises Forbidden ``recording-ticket``."""
        expires, _, signature = ticket.partition(".")
        good = expires.isascii() and expires.isdecimal() and len(expires) < 12
        if not good or int(expires) < self._clock().timestamp():
            raise Forbidden("recording-ticket", "this link has expired: open the recording from the activity again")
        wanted = await self._signature(call_id, recording_id, int(expires))
        if not hmac.compare_digest(signature.encode(), wanted.encode()):
            raise Forbidden("recording-ticket", "this link is not valid: open the recording from the activity again")

    async def _signature(self, call_id: str, recording_id: str, expires: int) -> str:
        if not self._key:
            self._key = await self._read()
        return hmac.new(self._key, f"{call_id}\n{recording_id}\n{expires}".encode(), sha256).hexdigest()

    async def _read(self) -> bytes:
        return bytes((await self._table.ensure(PARTITION, ROW, {"key": secrets.token_bytes(KEY_BYTES)})).values["key"])
