"""What phones ask for: rights and states are checked, then routing and the gateway are notified (C1-C4, K9)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared.clock import Clock
from shared.errors import Conflict, Forbidden, Missing
from voicecloud.media.client import MediaClient
from voicecloud.media.messages import SessionDescription
from voicecloud.organisation.service import Directory
from voicecloud.phone.extensions import Extensions
from voicecloud.phone.limits import OfferLimit
from voicecloud.phone.memory import Answers
from voicecloud.phone.model import Document
from voicecloud.phone.requests import check_call_id, flag, keys, number, target
from voicecloud.phone.states import PhoneStates
from voicecloud.routing import events
from voicecloud.routing.views import LiveLeg
from voicecloud.runtime.engine import Engine
from voicecloud.vocabulary.calls import Terminal
from voicecloud.vocabulary.machine import COMMANDS, LegState

MEDIA = "media"


class WrongState(Conflict):
    """A command that the state of the leg forbids. ``state`` is that state."""

    def __init__(self, command: str, state: str) -> None:
        super().__init__("not-in-this-state", f"a leg that is {state} takes no {command}")
        self.state = state


@dataclass(frozen=True)
class PhoneCommand:
    """A command: whose, in which call, with what."""

    user_id: str
    call_id: str
    command: str
    body: Mapping[str, Any]
    key: str = ""


@dataclass(eq=False, repr=False)
class PhoneCommands:
    """Every command names the user it is for; what that user may not do is refused before anything happens."""

    engine: Engine
    gateway: MediaClient
    directory: Directory
    states: PhoneStates
    extensions: Extensions
    clock: Clock
    _limit: OfferLimit = field(default_factory=OfferLimit, init=False)
    _dialled: Answers[str, str] = field(default_factory=Answers, init=False)
    _done: Answers[tuple[str, str, str, str], Document] = field(default_factory=Answers, init=False)

    @cached_property
    def _deeds(self) -> Mapping[str, Callable[[PhoneCommand, str], None]]:
        engine, gateway, directory = self.engine, self.gateway, self.directory
        return {
            "answer": self._answer,
            "decline": lambda _, leg: engine.tell(events.Reject(leg)),
            "hangup": lambda _, leg: engine.tell(events.EndCall(leg)),
            "hold": lambda _, leg: engine.tell(events.Hold(leg)),
            "resume": lambda _, leg: engine.tell(events.Resume(leg)),
            "mute": lambda asked, leg: gateway.set_muted(leg, flag(asked.body, "Muted")),
            "keys": lambda asked, leg: gateway.send_keys(leg, keys(asked.body)),
            "transfer": lambda asked, leg: engine.tell(events.BlindTransfer(leg, target(asked.body, directory))),
            "consult": lambda asked, leg: engine.tell(events.Consult(leg, target(asked.body, directory))),
            "complete": lambda _, leg: engine.tell(events.CompleteConsult(leg)),
            "cancel": lambda _, leg: engine.tell(events.CancelConsult(leg)),
            "recording": self._record,
        }

    def dial(self, user_id: str, call_id: str, to: str, caller_number: str | None, keys: str = "") -> bool:
        """Whether the call is new. ``keys`` are pressed once it is answered, else those of an extension in ``to``.

        Raises InvalidInput ``call-id``, ``number-ambiguous``, ``number-unreadable``, Conflict ``call-id-taken``, and
        what ``DialOut`` raises."""
        now = self.engine.now()
        if (whose := self._dialled.get(call_id, now)) is not None:
            if whose != user_id:
                raise Conflict("call-id-taken", "another call has this id")
            return False
        if self.engine.platform.live_call(call_id):
            raise Conflict("call-id-taken", "another call has this id")
        check_call_id(call_id, self.clock)
        called = number(to, self.directory)
        self.engine.tell(events.DialOut(call_id, user_id, called.number, Terminal.WEB, caller_number))
        self.extensions.expect(call_id, keys or called.keys)
        self._dialled.keep(call_id, user_id, now)
        self._expect_voice(user_id, call_id)
        return True

    def command(self, asked: PhoneCommand) -> Document:
        """The call as it is then. The same command with the same key again gives the same answer.

        Raises Missing ``call-unknown`` or ``command-unknown``, Forbidden ``call-foreign``, WrongState, InvalidInput
        ``field-value`` or one of a number, and what routing raises.
        """
        now, key = self.engine.now(), (asked.user_id, asked.call_id, asked.command, asked.key)
        if asked.key and (known := self._done.get(key, now)) is not None:
            return known
        if asked.command not in self._deeds:
            raise Missing("command-unknown", f"a phone can {', '.join(self._deeds)}")
        leg = self._leg(asked.user_id, asked.call_id, asked.command)
        self._deeds[asked.command](asked, leg.leg_id)
        answer = self.states.call(asked.user_id, asked.call_id) or {}
        if asked.key:
            self._done.keep(key, answer, now)
        return answer

    async def offer(self, user_id: str, call_id: str, sdp: str, *, answers: bool) -> SessionDescription:
        """The gateway's answer; a call that rings is answered by it.

        Raises as ``command``, as ``MediaClient.offer``, and Throttled ``phone-offers``."""
        leg = self._leg(user_id, call_id, MEDIA)
        self._limit.take(user_id, self.engine.now())
        try:
            made = await self.gateway.offer(leg.leg_id, sdp)
        except Missing:
            raise WrongState(MEDIA, LegState.ENDED) from None
        try:
            self._take_up(user_id, leg, answers)
        except (Conflict, Missing, Forbidden):
            with suppress(Missing):
                await self.gateway.withdraw(leg.leg_id, made.media_id)
            raise
        return made

    async def withdraw(self, user_id: str, call_id: str, media_id: str) -> None:
        """Raises as ``command``, Missing ``media-unknown``."""
        await self.gateway.withdraw(self._leg(user_id, call_id, MEDIA).leg_id, media_id)

    def _take_up(self, user_id: str, leg: LiveLeg, answers: bool) -> None:
        """Meanwhile somebody else, or another terminal of the user, may have taken the call, or the caller has left."""
        call_id = leg.leg_id.rpartition(":")[0]
        now = self._leg(user_id, call_id, MEDIA)
        if now.leg_id != leg.leg_id:
            raise WrongState(MEDIA, LegState.ENDED)
        if answers and now.state is LegState.RINGING:
            self.engine.tell(events.Answer(leg.leg_id, Terminal.WEB))

    def _leg(self, user_id: str, call_id: str, command: str) -> LiveLeg:
        """The user's leg, in a state that takes the command. A leg at another terminal has its voice there."""
        call = self.engine.platform.live_call(call_id)
        leg = next((one for one in reversed(call.legs) if one.user_id == user_id), None) if call else None
        if leg is None:
            if self.states.call(user_id, call_id):
                raise WrongState(command, LegState.ENDED)
            if call is None:
                raise Missing("call-unknown", "there is no such call in progress")
            raise Forbidden("call-foreign", "this is a call of somebody else")
        is_elsewhere = leg.terminal not in {None, Terminal.WEB}
        if leg.state not in COMMANDS[command] or (command == MEDIA and is_elsewhere):
            raise WrongState(command, leg.state)
        return leg

    def _answer(self, asked: PhoneCommand, leg_id: str) -> None:
        self.engine.tell(events.Answer(leg_id, Terminal.WEB))
        self._expect_voice(asked.user_id, asked.call_id)

    def _expect_voice(self, user_id: str, call_id: str) -> None:
        """A page that dies before its voice was offered leaves nobody in silence for ever."""
        with suppress(Conflict, Missing, Forbidden):  # the call is over already
            self.gateway.expect(self._leg(user_id, call_id, MEDIA).leg_id)

    def _record(self, asked: PhoneCommand, leg_id: str) -> None:
        if self.gateway.recording_paused(leg_id) is None:
            raise Conflict("not-recorded", "this call is not being recorded")
        self.gateway.pause_recording(leg_id, flag(asked.body, "Paused"))
