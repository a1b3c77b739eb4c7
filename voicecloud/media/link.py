"""Two processes of one voice cloud speak with each other: messages over a socket pair, in order, some answered.

A message is two lengths, a JSON array ``[kind, number, name, fields]``, and its ``blob``. Each end trusts the other to
be of the same version: they are started together.
"""

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import Any

from shared import errors
from shared.errors import Unavailable, VoiceError
from voicecloud.media.messages import KNOWN, Done, Refusal
from voicecloud.media.tasks import Tasks

HEAD = struct.Struct("!II")
TELL, ASK, ANSWER = "tell", "ask", "answer"

Handle = Callable[[Any], Any]

log = logging.getLogger(__name__)


class GatewayLink:
    """``handle`` is given each message of the other side, and gives the answer or what can be awaited for it.
    ``messages``: kinds that are known here besides the usual ones.

    Made and used within one event loop.
    """

    def __init__(self, handle: Handle, messages: Sequence[type] = ()) -> None:
        self._handle = handle
        self._known = {**KNOWN, **{one.__name__: one for one in messages}}
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count(1)
        self._tasks = Tasks()

    async def open(self, end: socket.socket) -> None:
        self._reader, self._writer = await asyncio.open_unix_connection(sock=end)

    async def run(self) -> None:
        """Takes messages until the other side is gone; the socket is closed then."""
        try:
            while self._reader:
                self._take(*await self._read(self._reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            log.debug("the other side is gone")
        finally:
            self._over()
            await self._tasks.close()

    def tell(self, message: Any) -> None:
        """Nothing comes back, nor is anything said when the other side is gone: ``run`` ends then."""
        self._send(TELL, 0, message)

    async def ask(self, message: Any) -> Any:
        """The answer. Raises what the other side raises, and Unavailable ``media-down`` when it is gone."""
        if self._writer is None:
            raise _gone()
        number, answer = next(self._numbers), asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._send(ASK, number, message)
        try:
            return await answer
        finally:
            self._asked.pop(number, None)

    def close(self) -> None:
        """The other side notices; ``run`` ends."""
        if self._writer:
            self._writer.close()

    def abort(self) -> None:
        """As ``close``, without waiting for a side that takes nothing any more."""
        if self._writer:
            self._writer.transport.abort()

    def _over(self) -> None:
        self.close()
        self._writer = None
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(_gone())

    def _send(self, kind: str, number: int, message: Any) -> None:
        if self._writer and not self._writer.is_closing():
            self._writer.write(_packed(kind, number, message))

    async def _read(self, reader: asyncio.StreamReader) -> tuple[str, int, Any]:
        lengths = HEAD.unpack(await reader.readexactly(HEAD.size))
        head, blob = [await reader.readexactly(length) for length in lengths]
        kind, number, name, fields = json.loads(head)
        if blob:
            fields["blob"] = blob
        return kind, number, self._known[name](**fields)

    def _take(self, kind: str, number: int, message: Any) -> None:
        if kind == ANSWER:
            self._answered(number, message)
            return
        try:
            result = self._handle(message)
        except VoiceError as error:
            result = _refusal(error)
        except Exception:
            log.exception("a message was not understood", extra={"kind": type(message).__name__})
            result = _refusal(_gone())
        if isinstance(result, Awaitable):
            self._tasks.run(self._answer(number, result))
        elif kind == ASK:
            self._send(ANSWER, number, result or Done())

    async def _answer(self, number: int, result: Awaitable[Any]) -> None:
        try:
            message = await result or Done()
        except VoiceError as error:
            message = _refusal(error)
        except Exception:
            log.exception("a question was not answered")
            message = _refusal(_gone())
        self._send(ANSWER, number, message)

    def _answered(self, number: int, message: Any) -> None:
        answer = self._asked.get(number)
        if answer is None or answer.done():
            return
        if isinstance(message, Refusal):
            answer.set_exception(getattr(errors, message.kind)(message.code, message.message))
        else:
            answer.set_result(None if isinstance(message, Done) else message)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of one socket."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def _packed(kind: str, number: int, message: Any) -> bytes:
    fields = asdict(message)
    blob = fields.pop("blob", b"")
    head = json.dumps([kind, number, type(message).__name__, fields], default=_plain).encode()
    return b"".join((HEAD.pack(len(head), len(blob)), head, blob))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refusal(error: VoiceError) -> Refusal:
    """A pause that an error asks for is not passed on: none of the media process has one."""
    kind = type(error).__name__
    return Refusal(kind if kind in _PLAIN_ERRORS else Unavailable.__name__, error.code, error.message)


_PLAIN_ERRORS = {"InvalidInput", "Forbidden", "Missing", "Conflict", "Unavailable", "Misconfigured", "Unsupported"}


def _gone() -> Unavailable:
    return Unavailable("media-down", "the media process is away for a moment")


class Files:
    """Open files handed from one process to the other, by a name of 36 characters (a UUID)."""

    NAME = 36

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._arrived: dict[str, int] = {}

    def give(self, name: str, descriptor: int) -> None:
        """Before the message that speaks of it. The giver may close the file then."""
        socket.send_fds(self._end, [name.encode()], [descriptor])

    def take(self, name: str) -> int:
        """A descriptor, which is the caller's from now on. Raises KeyError when it was not given."""
        with suppress(BlockingIOError):
            while name not in self._arrived:
                said, descriptors, _, _ = socket.recv_fds(self._end, self.NAME, 1)
                if not said:
                    break
                self._arrived[said.decode()] = descriptors[0]
        return self._arrived.pop(name)

    def close(self) -> None:
        self._end.close()
