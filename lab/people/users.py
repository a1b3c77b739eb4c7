"""Users of ours played by command: they call from any of their terminals, answer, transfer and hang up."""

import asyncio
from dataclasses import dataclass
from random import Random

from lab.people.telephones import TALKS_S, USUAL, Answering, SimulatedTelephones
from lab.voices.client import Voices
from lab.voices.messages import USER_HZ, Heard
from shared.errors import Missing
from voicecloud.ids import Ids
from voicecloud.organisation.service import Directory
from voicecloud.routing import events
from voicecloud.routing.effects import Bridge, Effect, FinishCall
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.views import LiveLeg
from voicecloud.runtime.engine import Engine
from voicecloud.vocabulary.calls import Terminal
from voicecloud.vocabulary.machine import LegState


@dataclass(frozen=True)
class Dialling:
    """A call that a user makes, who gives up after ``patience_s`` without an answer and ends an answered call after
    ``talk_s``; None: only when told to. ``by_hand``: a person plays it."""

    number: str
    terminal: Terminal
    caller_number: str | None = None
    patience_s: float | None = None
    talk_s: float | None = None
    answering: Answering = USUAL
    by_hand: bool = False


class SimulatedUsers:
    """Performs what concerns the leg of a user who has made a call here, always the first of it."""

    def __init__(
        self,
        engine: Engine,
        directory: Directory,
        telephones: SimulatedTelephones,
        voices: Voices,
        ids: Ids,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._telephones = telephones
        self._voices = voices
        self._ids = ids
        self._calls: dict[str, Dialling] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def dial(self, user_id: str, dialling: Dialling) -> str:
        """Gives the call's id. Raises what ``DialOut`` raises."""
        call_id = self._ids.new()
        self._telephones.agree(call_id, dialling.answering)
        self._calls[call_id] = dialling
        self._voices.play(_first(call_id), USER_HZ)
        try:
            self._engine.tell(
                events.DialOut(call_id, user_id, dialling.number, dialling.terminal, dialling.caller_number)
            )
        except Exception:
            self._forget(call_id)
            self._voices.forget(_first(call_id))
            raise
        if dialling.patience_s is not None and call_id in self._calls:
            loop = asyncio.get_running_loop()
            left = events.PartyLeft(_first(call_id))
            self._waiting[call_id] = loop.call_later(dialling.patience_s, self._engine.report, left)
        return call_id

    def usual(self, number: str, terminal: Terminal, random: Random) -> Dialling:
        """What a user does who has something to say and some time."""
        talk_s, patience_s = random.uniform(*TALKS_S), random.uniform(*TALKS_S)
        return Dialling(number, terminal, talk_s=talk_s, patience_s=patience_s, answering=Answering(stays=True))

    def is_by_hand(self, call_id: str) -> bool:
        return call_id in self._calls and self._calls[call_id].by_hand

    def answer(self, call_id: str, user_id: str | None, terminal: Terminal | None) -> None:
        """The ringing telephone of a user, or of somebody outside, is picked up. Raises like ``party``, ``Answer``."""
        leg = self.party(call_id, user_id, LegState.RINGING)
        if leg.user_id is None:
            self._engine.tell(events.FarAnswered(leg.leg_id))
            return
        simulated = self._directory.user(leg.user_id).simulated
        self._voices.play(leg.leg_id, USER_HZ)
        usual = simulated.terminal if simulated else Terminal.MOBILE
        self._engine.tell(events.Answer(leg.leg_id, terminal or usual))

    def reject(self, call_id: str, user_id: str | None) -> None:
        """A ringing telephone is declined, the user's or an outside one."""
        leg = self.party(call_id, user_id, LegState.RINGING)
        outside = leg.user_id is None
        self._engine.tell(events.FarRefused(leg.leg_id, "declined") if outside else events.Reject(leg.leg_id))

    def hang_up(self, call_id: str, user_id: str | None) -> None:
        self._engine.tell(events.PartyLeft(self.party(call_id, user_id).leg_id))

    def hold(self, call_id: str, user_id: str | None) -> None:
        self._engine.tell(events.Hold(self.party(call_id, user_id).leg_id))

    def resume(self, call_id: str, user_id: str | None) -> None:
        self._engine.tell(events.Resume(self.party(call_id, user_id).leg_id))

    def transfer(self, call_id: str, user_id: str | None, to: str, consult: bool) -> None:
        """To any number; one of ours stands for the pool or user behind it."""
        leg_id, target = self.party(call_id, user_id).leg_id, Target(TargetKind.NUMBER, to)
        self._engine.tell(events.Consult(leg_id, target) if consult else events.BlindTransfer(leg_id, target))

    def complete(self, call_id: str, user_id: str | None) -> None:
        self._engine.tell(events.CompleteConsult(self.party(call_id, user_id, LegState.CONSULTING).leg_id))

    def cancel(self, call_id: str, user_id: str | None) -> None:
        self._engine.tell(events.CancelConsult(self.party(call_id, user_id, LegState.CONSULTING).leg_id))

    def press(self, call_id: str, user_id: str | None, key: str) -> None:
        """A party presses a key: as sound where it has a voice, else only to routing. Raises like ``party``."""
        self._voices.press(self.party(call_id, user_id).leg_id, key)

    def speak(self, call_id: str, user_id: str | None, tone_hz: float | None) -> None:
        """A party speaks this tone from now on, 0: silence, None: hums. Raises like ``party``."""
        self._voices.speak(self.party(call_id, user_id).leg_id, tone_hz)

    async def heard(self, call_id: str, user_id: str | None) -> Heard:
        """What a party hears. Raises like ``party``."""
        return await self._voices.heard(self.party(call_id, user_id).leg_id)

    def party(self, call_id: str, user_id: str | None, state: LegState | None = None) -> LiveLeg:
        """A user's leg in a call, None: an outside party's. Raises Missing ``call-unknown``, ``party-unknown``."""
        call = self._engine.platform.live_call(call_id)
        if call is None:
            raise Missing("call-unknown", "there is no such call in progress")
        legs = (leg for leg in call.legs if leg.user_id == user_id and (state is None or leg.state is state))
        found = next(legs, None)
        if found is None:
            raise Missing("party-unknown", "nobody like that is in this call, or not in this state")
        return found

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge) and effect.call_id in self._calls:
            self._talk(effect)
        elif isinstance(effect, FinishCall):
            self._forget(effect.history.call_id)

    def close(self) -> None:
        for waiting in self._waiting.values():
            waiting.cancel()

    def _talk(self, effect: Bridge) -> None:
        first, talk_s = _first(effect.call_id), self._calls[effect.call_id].talk_s
        if first not in {effect.leg_a, effect.leg_b}:
            return
        if waiting := self._waiting.pop(effect.call_id, None):
            waiting.cancel()
        if talk_s is not None:
            self._engine.later(talk_s, events.PartyLeft(first))

    def _forget(self, call_id: str) -> None:
        self._calls.pop(call_id, None)
        if waiting := self._waiting.pop(call_id, None):
            waiting.cancel()


def _first(call_id: str) -> str:
    return f"{call_id}:1"
