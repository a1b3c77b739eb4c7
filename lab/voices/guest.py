"""Simulated voices as a guest of the media process: the messages it gets about them, and their answers."""

from collections.abc import Callable, Mapping
from typing import Any

from lab.voices import messages as said
from lab.voices.simulated import SimulatedVoices
from voicecloud.media.gateway import Gateway
from voicecloud.media.guests import Invitation
from voicecloud.media.link import GatewayLink
from voicecloud.routing.effects import Effect
from voicecloud.routing.events import KeyPressed


class VoicesGuest:
    """Messages of ``KNOWN``, and routing's effects."""

    def __init__(self, gateway: Gateway, link: GatewayLink) -> None:
        self._link = link
        self._voices = voices = SimulatedVoices(gateway)
        self.deeds: Mapping[type, Callable[[Any], Any]] = {
            said.PlayVoice: lambda message: voices.play(message.leg_id, message.hum_hz, message.tone_hz),
            said.Speak: lambda message: voices.speak(message.leg_id, message.tone_hz),
            said.PressKey: self._press,
            said.ForgetVoice: lambda message: voices.forget(message.leg_id),
            said.Hear: lambda message: voices.heard(message.leg_id),
        }

    def perform(self, effect: Effect) -> None:
        self._voices.perform(effect)

    async def close(self) -> None:
        await self._voices.close()

    def _press(self, message: said.PressKey) -> None:
        """As sound where it can be heard, else only to routing."""
        if not self._voices.press(message.leg_id, message.key):
            self._link.tell(KeyPressed(message.leg_id, message.key))


VOICES = Invitation(VoicesGuest, said.KNOWN)
