"""A child process: started so that it cannot outlive us, heard line by line, stopped politely and then firmly."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.children import ends_with_parent
from local.stack.logs import Log

LINE_LIMIT = 1024 * 1024


class EndedError(Exception):
    """A process ended that should have gone on, or a command that should have succeeded did not."""

    def __init__(self, process: str, code: int) -> None:
        super().__init__(f"{process} ended with code {code}")
        self.process = process


class Process:
    """One child. What it prints goes to the log under its name."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], cwd: Path, log: Log) -> None:
        self.name = name
        self._command = command
        self._environ = environ
        self._cwd = cwd
        self._log = log
        self._child: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, is_ready: Callable[[str], bool]) -> None:
        """Returns when a line on stdout is the ready line. Raises EndedError if it ends before."""
        ready = asyncio.Event()
        self._child = await asyncio.create_subprocess_exec(
            *self._command,
            env={**os.environ, **self._environ},
            cwd=self._cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            limit=LINE_LIMIT,
            start_new_session=True,  # Ctrl-C reaches us alone: we decide in which order the others stop
            preexec_fn=ends_with_parent(signal.SIGTERM),  # it can still save what it has
        )
        self._listening = asyncio.create_task(self._listen(self._child, is_ready, ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, self._listening}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            waiting.cancel()
            raise EndedError(self.name, await self.wait())

    async def wait(self) -> int:
        """Its exit code, once it has ended and all it said is in the log."""
        if self._child is None or self._listening is None:
            return 0
        await asyncio.shield(self._listening)  # who waits may give up; listening goes on
        return await self._child.wait()

    async def stop(self, grace_s: float) -> None:
        """SIGTERM, and SIGKILL when that has no effect within the grace."""
        if self._child is None or self._child.returncode is not None:
            return
        self._child.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(grace_s):
                code = await self.wait()
        except TimeoutError:
            self._log.say(f"{self.name} does not stop, killing it", "error", after_s=grace_s)
            self.kill()
            code = await self.wait()
        if code != 0:
            self._log.say(f"{self.name} ended with code {code}", "warning")

    def kill(self) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.kill()

    async def _listen(
        self, child: asyncio.subprocess.Process, is_ready: Callable[[str], bool], ready: asyncio.Event
    ) -> None:
        """Logs are on stderr; what is said on stdout is for programs, and of interest only when looking closely."""

        async def answers(stream: asyncio.StreamReader) -> None:
            while line := await stream.readline():
                text = line.decode(errors="replace").rstrip()
                if not ready.is_set() and is_ready(text):
                    ready.set()
                self._log.line(self.name, text, "debug")

        async def logs(stream: asyncio.StreamReader) -> None:
            while line := await stream.readline():
                self._log.line(self.name, line.decode(errors="replace").rstrip())

        if child.stdout is not None and child.stderr is not None:
            await asyncio.gather(answers(child.stdout), logs(child.stderr))
