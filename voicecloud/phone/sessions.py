"""Which users have a web phone that is there: a session with a lease, and tickets for its event stream."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import Clock
from shared.errors import InvalidInput, Missing
from voicecloud.organisation.service import Directory
from voicecloud.records.model import Terminal
from voicecloud.routing.events import TerminalChanged
from voicecloud.rte.tokens import Tokens
from voicecloud.runtime.engine import Engine

LEASE_S = 30.0
AUDIENCE = "phone"
TICKET_FOR = timedelta(minutes=2)
LONGEST_ID = 64


@dataclass(eq=False)
class _Session:
    id: str
    end: asyncio.TimerHandle


class PhoneSessions:
    """One session a user; his web terminal is there as long as it is."""

    def __init__(self, engine: Engine, directory: Directory, signing_key: bytes, clock: Clock) -> None:
        self._engine = engine
        self._directory = directory
        self._tokens = Tokens(signing_key, clock, AUDIENCE, TICKET_FOR)
        self._sessions: dict[str, _Session] = {}

    def open(self, user_id: str, session_id: str) -> str:
        """A ticket; an earlier session of the user ends. Raises InvalidInput ``field-value``, Missing."""
        if not session_id or len(session_id) > LONGEST_ID or "/" in session_id:
            raise InvalidInput("field-value", f"SessionId is a text of 1 to {LONGEST_ID} characters without slashes")
        self._directory.user(user_id)
        if before := self._sessions.pop(user_id, None):
            before.end.cancel()
        self._sessions[user_id] = _Session(session_id, self._lease(user_id))
        self._engine.tell(TerminalChanged(user_id, Terminal.WEB, True))
        return self._ticket(user_id, session_id)

    def go_on(self, user_id: str, session_id: str) -> str:
        """A fresh ticket, and a lease from now on. Raises Missing ``phone-session-unknown``."""
        session = self._known(user_id, session_id)
        session.end.cancel()
        session.end = self._lease(user_id)
        return self._ticket(user_id, session_id)

    def close(self, user_id: str, session_id: str) -> None:
        """Raises Missing ``phone-session-unknown``."""
        self._known(user_id, session_id).end.cancel()
        self._gone(user_id)

    def user_of(self, ticket: str) -> tuple[str, str]:
        """User and session of a ticket. Raises Unauthorised ``rte-token``, Missing ``phone-session-unknown``."""
        user_id, _, session_id = self._tokens.user_id(ticket).partition("/")
        self._known(user_id, session_id)
        return user_id, session_id

    def is_open(self, user_id: str, session_id: str) -> bool:
        session = self._sessions.get(user_id)
        return session is not None and session.id == session_id

    def users(self) -> Sequence[str]:
        return list(self._sessions)

    def _known(self, user_id: str, session_id: str) -> _Session:
        session = self._sessions.get(user_id)
        if session is None or session.id != session_id:
            raise Missing("phone-session-unknown", "the user has no such session (any more)")
        return session

    def _lease(self, user_id: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(LEASE_S, self._gone, user_id)

    def _gone(self, user_id: str) -> None:
        """A call on the phone is not touched: the gateway keeps it (K1)."""
        self._sessions.pop(user_id, None)
        simulated = self._directory.users[user_id].simulated
        if simulated is None or simulated.terminal is not Terminal.WEB:
            self._engine.report(TerminalChanged(user_id, Terminal.WEB, False))

    def _ticket(self, user_id: str, session_id: str) -> str:
        return self._tokens.issue(f"{user_id}/{session_id}")
