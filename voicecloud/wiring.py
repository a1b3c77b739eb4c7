"""What every capability works with: the settings, time and storage. Each part is built once, on first use."""

from dataclasses import dataclass
from functools import cached_property

import aiohttp

from shared.clock import Clock
from shared.storage.tables import Tables
from voicecloud.blobs import Blobs
from voicecloud.ids import Ids
from voicecloud.settings.model import VoiceCloudSettings


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudWiring:
    """``signing_key`` is what this voice cloud signs its own tokens and links with."""

    settings: VoiceCloudSettings
    clock: Clock
    tables: Tables
    blobs: Blobs
    http: aiohttp.ClientSession
    signing_key: bytes

    @cached_property
    def ids(self) -> Ids:
        return Ids(self.clock)
