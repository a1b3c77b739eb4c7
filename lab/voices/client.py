"""The voices of simulated people, which live beside the gateway in the media process (``simulated.py``)."""

from dataclasses import dataclass

from lab.voices import messages as said
from lab.voices.messages import CUSTOMER_HZ, Heard
from voicecloud.media.client import MediaClient


@dataclass(eq=False, repr=False)
class Voices:
    media: MediaClient

    def play(self, leg_id: str, hum_hz: float = CUSTOMER_HZ, tone_hz: float | None = None) -> None:
        """This leg is a simulated person, who hums; with ``tone_hz`` it speaks that tone, and listens from now on."""
        self.media.tell(said.PlayVoice(leg_id, hum_hz, tone_hz))

    def speak(self, leg_id: str, tone_hz: float | None) -> None:
        """A plain tone from now on, 0: silence, None: the hum of a customer."""
        self.media.tell(said.Speak(leg_id, tone_hz))

    def press(self, leg_id: str, key: str) -> None:
        """As sound where there is a voice, else only routing is notified."""
        self.media.tell(said.PressKey(leg_id, key))

    async def heard(self, leg_id: str) -> Heard:
        """Of the last second. Raises Unavailable ``media-down``."""
        heard: Heard = await self.media.ask(said.Hear(leg_id))
        return heard

    def forget(self, leg_id: str) -> None:
        """The person is gone."""
        self.media.tell(said.ForgetVoice(leg_id))
