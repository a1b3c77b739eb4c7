"""Builds what keeps calls and their recordings, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.records import recordings, store
from voicecloud.records.recordings import Recordings
from voicecloud.records.store import RecordStore
from voicecloud.wiring import VoiceCloudWiring


@dataclass(eq=False, repr=False, kw_only=True)
class RecordWiring(VoiceCloudWiring):
    """Rows of calls, and their sound."""

    @cached_property
    def record_store(self) -> RecordStore:
        return RecordStore(self.tables.table(store.TABLE))

    @cached_property
    def recordings(self) -> Recordings:
        return Recordings(
            table=self.tables.table(recordings.TABLE),
            blobs=self.blobs,
            wanted=self.settings.recording_format,
            signing_key=self.signing_key,
            link_s=self.settings.recording_link_s,
            clock=self.clock,
        )
