"""Starts the media process and ends it: audio has an interpreter of its own, so that no request can touch it."""

import asyncio
import logging
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from voicecloud.media.link import pair

HERE = Path(__file__).parents[2]
ENDING_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ends:
    """Our ends of the sockets to a media process: for messages, and for files."""

    messages: socket.socket
    files: socket.socket


Launch = Callable[[], AbstractAsyncContextManager[Ends]]


@asynccontextmanager
async def own_process(module: str = "voicecloud.media") -> AsyncIterator[Ends]:
    """A media process, ``python -m module``, which ends with the context, or by itself when this process dies."""
    (ours, theirs), (our_files, their_files) = pair(), pair()
    process = await _started(module, theirs, their_files)
    try:
        yield Ends(ours, our_files)
    finally:
        ours.close()
        our_files.close()
        await _ended(process)


@dataclass(frozen=True)
class Audio:
    """The media process: how it is started, and messages of its own besides the usual ones."""

    launch: Launch
    messages: Sequence[type] = ()


OWN = Audio(own_process)


async def _started(module: str, messages: socket.socket, files: socket.socket) -> Process:
    with messages, files:
        given = (messages.fileno(), files.fileno())
        command = (sys.executable, "-m", module, *map(str, given))
        return await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, pass_fds=given, cwd=HERE)


async def _ended(process: Process) -> None:
    try:
        async with asyncio.timeout(ENDING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
