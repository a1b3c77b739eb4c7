"""Builds what reports calls, users and pools, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.notices.service import Notices
from voicecloud.runtime.wiring import EngineWiring
from voicecloud.webhooks.wiring import VoiceCloudWebhookWiring


@dataclass(eq=False, repr=False, kw_only=True)
class NoticeWiring(EngineWiring, VoiceCloudWebhookWiring):
    """What happens, as webhooks and real-time events have it."""

    @cached_property
    def notices(self) -> Notices:
        return Notices(directory=self.directory, webhooks=self.webhooks, live=self.engine.history)
