"""What phones ask for: rights and states are checked, then routing and the gateway are told (C1-C4, K9)."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.errors import Conflict, Forbidden, InvalidInput, Missing
from shared.numbers import to_e164
from voicecloud.media.gateway import Answer, Gateway
from voicecloud.organisation.service import Directory
from voicecloud.phone.limits import OfferLimit
from voicecloud.phone.model import Document
from voicecloud.phone.states import PhoneStates
from voicecloud.records.model import Terminal
from voicecloud.routing import events
from voicecloud.routing.machine import COMMANDS, LegState
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.views import LiveLeg
from voicecloud.runtime.engine import Engine

REMEMBERED = 10_000
NEW_ID_WITHIN = timedelta(minutes=10)
_KEYS = re.compile(r"[0-9*#A-D]{1,32}")
KINDS = {"user": TargetKind.USER, "pool": TargetKind.POOL}


class WrongState(Conflict):
    """A command that the state of the leg forbids. ``state`` is that state."""

    def __init__(self, command: str, state: str) -> None:
        super().__init__("not_in_this_state", f"a leg that is {state} takes no {command}")
        self.state = state


@dataclass(frozen=True)
class Asked:
    """A command: whose, in which call, with what."""

    user_id: str
    call_id: str
    command: str
    body: Mapping[str, Any]
    key: str = ""


class PhoneCommands:
    """Every command names the user it is for; what he may not is refused before anything happens."""

    def __init__(
        self, engine: Engine, gateway: Gateway, directory: Directory, states: PhoneStates, clock: Clock
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._directory = directory
        self._states = states
        self._clock = clock
        self._limit = OfferLimit()
        self._dialled: OrderedDict[str, str] = OrderedDict()
        self._done: OrderedDict[tuple[str, str, str], Document] = OrderedDict()
        self._deeds: Mapping[str, Callable[[Asked, str], None]] = {
            "answer": lambda _, leg: engine.tell(events.Answer(leg, Terminal.WEB)),
            "decline": lambda _, leg: engine.tell(events.Reject(leg)),
            "hangup": lambda _, leg: engine.tell(events.PartyLeft(leg)),
            "hold": lambda _, leg: engine.tell(events.Hold(leg)),
            "resume": lambda _, leg: engine.tell(events.Resume(leg)),
            "mute": lambda asked, leg: gateway.set_muted(leg, _flag(asked, "Muted")),
            "keys": lambda asked, leg: gateway.send_keys(leg, _keys(asked)),
            "transfer": lambda asked, leg: engine.tell(events.Transfer(leg, self._target(asked))),
            "consult": lambda asked, leg: engine.tell(events.Consult(leg, self._target(asked))),
            "complete": lambda _, leg: engine.tell(events.CompleteConsult(leg)),
            "cancel": lambda _, leg: engine.tell(events.CancelConsult(leg)),
            "recording": self._record,
        }

    def dial(self, user_id: str, call_id: str, number: str, caller_number: str | None) -> bool:
        """Whether the call is new. Raises InvalidInput ``call-id``, Conflict ``call-id-taken``, and what ``DialOut``
        raises."""
        if (whose := self._dialled.get(call_id)) is not None:
            if whose != user_id:
                raise Conflict("call-id-taken", "another call has this id")
            return False
        if self._engine.platform.live_call(call_id):
            raise Conflict("call-id-taken", "another call has this id")
        _check_id(call_id, self._clock)
        to = self._number(number)
        self._engine.tell(events.DialOut(call_id, user_id, to, Terminal.WEB, caller_number))
        _remember(self._dialled, call_id, user_id)
        return True

    def command(self, asked: Asked) -> Document:
        """The call as it is then. The same key again gives the same answer.

        Raises Missing ``call-unknown`` or ``command-unknown``, Forbidden ``call-foreign``, WrongState, InvalidInput
        ``field-value``, and what routing raises.
        """
        key = (asked.user_id, asked.call_id, asked.key)
        if asked.key and key in self._done:
            return self._done[key]
        if asked.command not in self._deeds:
            raise Missing("command-unknown", f"a phone can {', '.join(self._deeds)}")
        leg = self._leg(asked.user_id, asked.call_id, asked.command)
        self._deeds[asked.command](asked, leg.leg_id)
        answer = self._states.call(asked.user_id, asked.call_id) or {}
        if asked.key:
            _remember(self._done, key, answer)
        return answer

    async def offer(self, user_id: str, call_id: str, sdp: str, *, answers: bool) -> Answer:
        """The gateway's answer; a call that rings is answered by it. Raises as ``command``, as ``Gateway.offer``, and
        Throttled ``phone-offers``."""
        leg = self._leg(user_id, call_id, "media")
        self._limit.take(user_id, self._engine.now())
        answer = await self._gateway.offer(leg.leg_id, sdp)
        try:
            if answers and self._leg(user_id, call_id, "media").state is LegState.RINGING:
                self._engine.tell(events.Answer(leg.leg_id, Terminal.WEB))
        except (Conflict, Missing, Forbidden):
            with suppress(Missing):
                await self._gateway.withdraw(leg.leg_id, answer.media_id)
            raise
        return answer

    async def withdraw(self, user_id: str, call_id: str, media_id: str) -> None:
        """Raises as ``command``, Missing ``media-unknown``."""
        await self._gateway.withdraw(self._leg(user_id, call_id, "media").leg_id, media_id)

    def _leg(self, user_id: str, call_id: str, command: str) -> LiveLeg:
        call = self._engine.platform.live_call(call_id)
        if call is None:
            if self._states.call(user_id, call_id):
                raise WrongState(command, LegState.ENDED)
            raise Missing("call-unknown", "there is no such call in progress")
        leg = next((one for one in reversed(call.legs) if one.user_id == user_id), None)
        if leg is None:
            if self._states.call(user_id, call_id):
                raise WrongState(command, LegState.ENDED)
            raise Forbidden("call-foreign", "this is no call of his")
        if leg.state not in COMMANDS[command]:
            raise WrongState(command, leg.state)
        return leg

    def _record(self, asked: Asked, leg_id: str) -> None:
        if self._gateway.recording_paused(leg_id) is None:
            raise Conflict("not-recorded", "this call is not being recorded")
        self._gateway.pause_recording(leg_id, _flag(asked, "Paused"))

    def _target(self, asked: Asked) -> Target:
        to = asked.body.get("To")
        if not isinstance(to, str) or not to:
            raise InvalidInput("field-value", "To is a number, user:<id> or pool:<id>")
        kind, _, row_id = to.partition(":")
        if kind in KINDS and row_id:
            return Target(KINDS[kind], row_id)
        return Target(TargetKind.NUMBER, self._number(to))

    def _number(self, text: str) -> str:
        """A number in any spelling; a user or pool by his id."""
        kind, _, row_id = text.partition(":")
        if kind == "user" and row_id:
            return self._directory.user(row_id).work_number or text
        if kind == "pool" and row_id:
            return next(iter(self._directory.queue(row_id).numbers), text)
        return to_e164(text, self._directory.organisation.region) or text


def _check_id(call_id: str, clock: Clock) -> None:
    """Ids of calls hold the moment they were made (RFC 9562, section 5.7): records are kept by it."""
    try:
        made = UUID(call_id)
    except ValueError:
        made = None
    made_s = (made.int >> 80) / 1000 if made else 0.0
    if made is None or made.version != 7 or abs(made_s - clock().timestamp()) > NEW_ID_WITHIN.total_seconds():
        raise InvalidInput("call-id", "CallId is a UUID of version 7 made now")


def _remember[Key, Value](kept: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    kept[key] = value
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)


def _flag(asked: Asked, name: str) -> bool:
    value = asked.body.get(name)
    if not isinstance(value, bool):
        raise InvalidInput("field-value", f"{name} is true or false")
    return value


def _keys(asked: Asked) -> str:
    keys = asked.body.get("Keys")
    if not isinstance(keys, str) or not _KEYS.fullmatch(keys):
        raise InvalidInput("field-value", "Keys are 1 to 32 of 0-9, *, # and A-D")
    return keys
