"""Which users have a web phone that is there: a session with a lease, and tickets for its event stream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from shared.errors import InvalidInput, Missing
from voicecloud.organisation.service import Directory
from voicecloud.routing.events import TerminalChanged
from voicecloud.rte.tokens import Tokens
from voicecloud.runtime.engine import Engine
from voicecloud.vocabulary.calls import Terminal

AUDIENCE = "phone"
TICKET_FOR = timedelta(minutes=2)
LONGEST_ID = 64
MOST_STREAMS = 4
"""Of one session at once: one that is read, and some whose reader is gone without a word."""


@dataclass(eq=False)
class _Session:
    """``can_answer`` is False while the phone has no microphone; ``streams``: what ends them."""

    id: str
    lease: asyncio.TimerHandle
    can_answer: bool
    streams: list[asyncio.Timeout] = field(default_factory=list)

    def end(self) -> None:
        self.lease.cancel()
        for stream in self.streams:
            _stop(stream)


@dataclass(eq=False, repr=False)
class WebTerminalSessions:
    """One session a user; their web terminal is there as long as it is, but for when the phone cannot answer: then
    nothing rings it (A1)."""

    engine: Engine
    directory: Directory
    tokens: Tokens
    lease_s: float
    _sessions: dict[str, _Session] = field(default_factory=dict, init=False)

    def open(self, user_id: str, session_id: str, *, can_answer: bool = True) -> str:
        """A ticket; an earlier session of the user ends. Raises InvalidInput ``field-value``, Missing."""
        if not session_id or len(session_id) > LONGEST_ID or "/" in session_id:
            raise InvalidInput("field-value", f"SessionId is a text of 1 to {LONGEST_ID} characters without slashes")
        self.engine.platform.user_status(user_id)
        if (session := self._sessions.get(user_id)) and session.id == session_id:
            return self.go_on(user_id, session_id, can_answer=can_answer)
        if session:
            session.end()
        self._sessions[user_id] = _Session(session_id, self._lease(user_id), can_answer)
        self.engine.tell(TerminalChanged(user_id, Terminal.WEB, can_answer))
        return self._ticket(user_id, session_id)

    def go_on(self, user_id: str, session_id: str, *, can_answer: bool | None = None) -> str:
        """A fresh ticket, and a lease from now on. ``can_answer`` None: as before.

        Raises Missing ``phone-session-unknown``.
        """
        session = self._known(user_id, session_id)
        if can_answer is not None and can_answer is not session.can_answer:
            session.can_answer = can_answer
            self.engine.tell(TerminalChanged(user_id, Terminal.WEB, can_answer))
        session.lease.cancel()
        session.lease = self._lease(user_id)
        return self._ticket(user_id, session_id)

    def close(self, user_id: str, session_id: str) -> None:
        """Raises Missing ``phone-session-unknown``."""
        self._known(user_id, session_id)
        self._gone(user_id)

    def cut_off(self, user_id: str) -> None:
        """Ends the session of a user whose keys hold no more."""
        if user_id in self._sessions:
            self._gone(user_id)

    @asynccontextmanager
    async def stream(self, ticket: str) -> AsyncIterator[str]:
        """Whose states a ticket opens; what is done within stops when the session ends.

        Raises Unauthorised ``rte-token``, Missing ``phone-session-unknown``, TimeoutError when it was stopped.
        """
        user_id, _, session_id = self.tokens.user_id(ticket).partition("/")
        streams = self._known(user_id, session_id).streams
        if len(streams) >= MOST_STREAMS:
            _stop(streams.pop(0))
        async with asyncio.timeout(None) as stream:
            streams.append(stream)
            try:
                yield user_id
            finally:
                if stream in streams:
                    streams.remove(stream)

    def stream_count(self, user_id: str) -> int:
        session = self._sessions.get(user_id)
        return len(session.streams) if session else 0

    def users(self) -> Sequence[str]:
        return list(self._sessions)

    def _known(self, user_id: str, session_id: str) -> _Session:
        session = self._sessions.get(user_id)
        if session is None or session.id != session_id:
            raise Missing("phone-session-unknown", "the user has no such session (any more)")
        return session

    def _lease(self, user_id: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self.lease_s, self._gone, user_id)

    def _gone(self, user_id: str) -> None:
        """A call on the phone is not touched: the gateway keeps it (K1)."""
        self._sessions.pop(user_id).end()
        user = self.directory.users.get(user_id)
        simulated = self.directory.simulated(user) if user else None
        is_played = simulated is not None and simulated.terminal is Terminal.WEB
        self.engine.report(TerminalChanged(user_id, Terminal.WEB, is_played, is_played))

    def _ticket(self, user_id: str, session_id: str) -> str:
        return self.tokens.issue(f"{user_id}/{session_id}")


def _stop(stream: asyncio.Timeout) -> None:
    if not stream.expired():
        stream.reschedule(asyncio.get_running_loop().time())
