"""Builds what carries voices, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.media.client import MediaClient
from voicecloud.media.messages import GatewayStart
from voicecloud.media.process import OWN, Audio
from voicecloud.media.turn import IceServers
from voicecloud.prompts.wiring import PromptWiring
from voicecloud.runtime.wiring import EngineWiring


@dataclass(eq=False, repr=False, kw_only=True)
class MediaWiring(EngineWiring, PromptWiring):
    """``audio`` is the media process."""

    audio: Audio = OWN

    @cached_property
    def ice(self) -> IceServers:
        return IceServers(self.settings.ice_servers, self.settings.turn_secret, self.clock)

    @cached_property
    def gateway(self) -> MediaClient:
        settings, way = self.settings, self.settings.media_way
        begin = GatewayStart(
            servers=self.ice.own,
            address=way.address,
            ports=(way.ports.start, way.ports.stop),
            most=settings.media_legs,
            hold_s=settings.media_hold_s,
        )
        return MediaClient(engine=self.engine, begin=begin, library=self.prompts.audio, audio=self.audio)
