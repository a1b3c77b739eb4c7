"""What the voice cloud and the voices of simulated people say to each other, over the media process's link."""

from dataclasses import dataclass

from voicecloud.media.messages import Beginning

CUSTOMER_HZ, USER_HZ = 220.0, 330.0
"""How simulated people hum."""


@dataclass(frozen=True)
class PlayVoice(Beginning):
    """This leg is a simulated person: see ``SimulatedVoices.play``."""

    leg_id: str
    hum_hz: float
    tone_hz: float | None


@dataclass(frozen=True)
class Speak:
    leg_id: str
    tone_hz: float | None


@dataclass(frozen=True)
class PressKey:
    leg_id: str
    key: str


@dataclass(frozen=True)
class ForgetVoice:
    leg_id: str


@dataclass(frozen=True)
class Hear:
    """Answered with ``Heard``."""

    leg_id: str


@dataclass(frozen=True)
class Heard:
    """What a simulated person hears: ``loudness_db`` below full scale, ``keys`` since it is connected."""

    is_connected: bool
    loudness_db: float
    pitch_hz: float
    keys: str


KNOWN = (PlayVoice, Speak, PressKey, ForgetVoice, Hear, Heard)
