"""The state of each phone: made again when something has changed, and waited for (design.md, "A live call")."""

import asyncio
import secrets
from collections import defaultdict
from dataclasses import dataclass, field

from shared.errors import Missing
from voicecloud.media.client import MediaClient
from voicecloud.phone.context import DisplayNames
from voicecloud.phone.model import (
    Document,
    LegVoice,
    availability_document,
    call_document,
    dialled_in_vain,
    ended,
)
from voicecloud.routing.effects import Effect, EndLeg, FinishCall, Note, UserChanged
from voicecloud.routing.views import LiveCall
from voicecloud.runtime.engine import Engine
from voicecloud.vocabulary.calls import CallEvent, CallHistory, EventKind

SHOWN_AFTER_END_S = 10.0
ENDS = {EventKind.LEG_ENDED, EventKind.USER_REJECTED}


@dataclass(frozen=True)
class _Over:
    """A call that has ended a moment ago; ``forget`` is due when it is shown no more."""

    document: Document
    forget: asyncio.TimerHandle


@dataclass(eq=False)
class _Phone:
    """``availability`` and ``calls``, by id, as last shown; ``reasons``: why legs have ended since then, by leg id."""

    count: int = 0
    availability: Document | None = None
    calls: dict[str, Document] = field(default_factory=dict)
    over: dict[str, _Over] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, repr=False)
class PhoneStates:
    """Performs ``Note``, ``UserChanged``, ``EndLeg``, ``FinishCall``, then checks the phones concerned."""

    engine: Engine
    gateway: MediaClient
    names: DisplayNames
    _boot: str = field(default_factory=lambda: secrets.token_hex(4), init=False)
    _phones: dict[str, _Phone] = field(default_factory=lambda: defaultdict(_Phone), init=False)
    _revisions: dict[str, int] = field(default_factory=lambda: defaultdict(int), init=False)
    _stale: set[str] = field(default_factory=set, init=False)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, UserChanged):
            self._wake(effect.user_id)
        elif isinstance(effect, EndLeg):
            self._revisions.pop(effect.leg_id, None)
            self._wake_call(effect.call_id)
        elif isinstance(effect, Note):
            self._wake_call(effect.event.call_id)
            self._noted(effect.event)
        elif isinstance(effect, FinishCall) and effect.history.ended_at == effect.history.arrived_at:
            self._dialled_in_vain(effect.history)

    def state(self, user_id: str) -> Document:
        """``{version, calls, availability}``. Raises Missing ``user-unknown``."""
        self.engine.platform.user_status(user_id)
        phone = self._refreshed(user_id)
        calls = [*phone.calls.values(), *(one.document for one in phone.over.values())]
        return {"version": f"{self._boot}-{phone.count}", "calls": calls, "availability": phone.availability}

    def call(self, user_id: str, call_id: str) -> Document | None:
        """One of the user's calls, also one that has just ended."""
        phone = self._refreshed(user_id)
        over = phone.over.get(call_id)
        return phone.calls.get(call_id) or (over.document if over else None)

    async def changed(self, user_id: str, version: str, wait_s: float) -> Document:
        """The state as soon as it is another one, or after ``wait_s``."""
        try:
            async with asyncio.timeout(wait_s):
                while (document := self.state(user_id))["version"] == version:
                    await self._phones[user_id].changed.wait()
        except TimeoutError:
            return self.state(user_id)
        return document

    def _refreshed(self, user_id: str) -> _Phone:
        """What is shown, made again; whoever waits is woken when it is another."""
        phone = self._phones[user_id]
        live = {call.call_id: call for call in self.engine.platform.calls_of(user_id)}
        shown = {call_id: document for call_id, call in live.items() if (document := self._document(user_id, call))}
        for call_id in phone.calls.keys() - shown.keys():
            self._end(user_id, phone, phone.calls[call_id])
        for call_id in phone.over.keys() & shown.keys():
            phone.over.pop(call_id).forget.cancel()
        phone.reasons.clear()
        holds = self.engine.platform.availability(user_id, self.engine.now())
        availability = availability_document(holds) if holds else None
        if (shown, availability) != (phone.calls, phone.availability):
            phone.calls, phone.availability = shown, availability
            self._advance(phone)
        return phone

    def _document(self, user_id: str, call: LiveCall) -> Document | None:
        leg = next((one for one in reversed(call.legs) if one.user_id == user_id), None)
        if leg is None:
            return None
        history, media = self.engine.history(call.call_id), self.gateway.media(leg.leg_id)
        voice = LegVoice(
            revision=self._revisions[leg.leg_id],
            is_muted=self.gateway.is_muted(leg.leg_id),
            is_paused=self.gateway.recording_paused(leg.leg_id),
            media_id=media.media_id if media else None,
            is_attached=media is not None and media.attached,
        )
        return call_document(call, leg, history.events if history else (), voice, self.names)

    def _end(self, user_id: str, phone: _Phone, document: Document) -> None:
        reason = phone.reasons.get(document["legId"], "ended")
        self._show_as_over(user_id, ended(document, reason, self.engine.now()))

    def _dialled_in_vain(self, history: CallHistory) -> None:
        """Over before the state was read: who has dialled it is shown why."""
        user_id = history.events[0].user_id
        if user_id in self._phones and user_id is not None:
            self._show_as_over(user_id, dialled_in_vain(history, self.names))
            self._advance(self._phones[user_id])

    def _show_as_over(self, user_id: str, document: Document) -> None:
        call_id = document["callId"]
        forget = asyncio.get_running_loop().call_later(SHOWN_AFTER_END_S, self._forget, user_id, call_id)
        self._phones[user_id].over[call_id] = _Over(document, forget)

    def _forget(self, user_id: str, call_id: str) -> None:
        phone = self._phones[user_id]
        del phone.over[call_id]
        self._advance(phone)

    def _advance(self, phone: _Phone) -> None:
        phone.count += 1
        waiting, phone.changed = phone.changed, asyncio.Event()
        waiting.set()

    def heard(self, leg_id: str) -> None:
        """The gateway reports a change of a leg."""
        call_id = leg_id.rpartition(":")[0]
        if self.engine.platform.live_call(call_id):
            self._revisions[leg_id] += 1
            self._wake_call(call_id)

    def _noted(self, event: CallEvent) -> None:
        if event.user_id:
            self._wake(event.user_id)
        if event.leg_id and event.kind in ENDS and event.user_id in self._phones:
            self._phones[event.user_id].reasons[event.leg_id] = event.detail or ""

    def _wake_call(self, call_id: str) -> None:
        call = self.engine.platform.live_call(call_id)
        for leg in call.legs if call else ():
            if leg.user_id:
                self._wake(leg.user_id)

    def _wake(self, user_id: str) -> None:
        """Checks once, after everything that happens at the same time has happened."""
        if user_id in self._phones and user_id not in self._stale:
            self._stale.add(user_id)
            asyncio.get_running_loop().call_soon(self._look, user_id)

    def _look(self, user_id: str) -> None:
        """Whoever waits for the state of a user who was removed wakes up and learns so."""
        self._stale.discard(user_id)
        try:
            self._refreshed(user_id)
        except Missing:
            gone = self._phones.pop(user_id)
            for one in gone.over.values():
                one.forget.cancel()
            self._advance(gone)
