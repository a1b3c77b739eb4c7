"""Simulated customers: they call, wait as long as they like, talk, press keys and hang up."""

import asyncio
from dataclasses import dataclass, field

from lab.people.telephones import USUAL, Answering, SimulatedTelephones
from lab.voices.client import Voices
from shared.errors import Missing
from voicecloud.ids import Ids
from voicecloud.organisation.service import Directory
from voicecloud.routing.effects import Bridge, Effect, FinishCall, Play
from voicecloud.routing.events import CallArrived, KeyPressed, PartyLeft
from voicecloud.routing.model import CallbackRules
from voicecloud.runtime.engine import Engine

KEY_AFTER_S = 1.0


@dataclass(frozen=True)
class Behaviour:
    """``patience_s`` until the customer gives up, ``talk_s`` until they end an answered call; None: only when told to.

    ``tone_hz``: they speak this tone and listen from the first moment; else they hum when somebody real is there."""

    patience_s: float | None = None
    talk_s: float | None = None
    takes_callback: bool = False
    tone_hz: float | None = None


@dataclass
class _Customer:
    behaviour: Behaviour
    by_hand: bool
    waiting: asyncio.TimerHandle | None = field(default=None)


class SimulatedCustomers:
    """Performs what concerns a simulated customer's leg, which is always the first of its call."""

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
        self._customers: dict[str, _Customer] = {}

    def call(
        self,
        from_number: str | None,
        to: str,
        behaviour: Behaviour,
        *,
        by_hand: bool = False,
        answering: Answering = USUAL,
    ) -> str:
        """Calls a number of ours; gives the call's id. ``by_hand`` marks a call that a person plays."""
        call_id = self._ids.new()
        self._telephones.agree(call_id, answering)
        customer = self._customers[call_id] = _Customer(behaviour, by_hand)
        if behaviour.patience_s is not None:
            loop = asyncio.get_running_loop()
            customer.waiting = loop.call_later(behaviour.patience_s, self._engine.report, PartyLeft(_leg(call_id)))
        self._voices.play(_leg(call_id), tone_hz=behaviour.tone_hz)
        self._engine.tell(CallArrived(call_id, from_number, to))
        return call_id

    def is_by_hand(self, call_id: str) -> bool:
        customer = self._customers.get(call_id)
        return customer is not None and customer.by_hand

    def hang_up(self, call_id: str) -> None:
        """Raises Missing ``call-unknown``."""
        self._check(call_id)
        self._engine.tell(PartyLeft(_leg(call_id)))

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge):
            self._talk(effect)
        elif isinstance(effect, Play):
            self._hear(effect)
        elif isinstance(effect, FinishCall):
            customer = self._customers.pop(effect.history.call_id, None)
            if customer and customer.waiting:
                customer.waiting.cancel()

    def close(self) -> None:
        for customer in self._customers.values():
            if customer.waiting:
                customer.waiting.cancel()

    def _talk(self, effect: Bridge) -> None:
        customer = self._customers.get(effect.call_id)
        if customer is None or _leg(effect.call_id) not in {effect.leg_a, effect.leg_b}:
            return
        if customer.waiting:
            customer.waiting.cancel()
        if customer.behaviour.talk_s is not None:
            self._engine.later(customer.behaviour.talk_s, PartyLeft(_leg(effect.call_id)))

    def _hear(self, effect: Play) -> None:
        customer = self._customers.get(effect.call_id)
        offered = self._offer(effect.prompt_id)
        if customer and offered and customer.behaviour.takes_callback:
            after_s = (effect.duration_s or 0.0) + KEY_AFTER_S
            self._engine.later(after_s, KeyPressed(effect.leg_id, offered.key))

    def _offer(self, prompt_id: str) -> CallbackRules | None:
        """The callback rules whose offer this prompt is."""
        rules = (queue.pool.callback for queue in self._directory.queues.values())
        return next((one for one in rules if one and one.prompt.id == prompt_id), None)

    def _check(self, call_id: str) -> None:
        if call_id not in self._customers:
            raise Missing("call-unknown", "there is no such simulated call in progress")


def _leg(call_id: str) -> str:
    return f"{call_id}:1"
