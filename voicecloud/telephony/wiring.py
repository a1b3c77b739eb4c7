"""Builds everything that makes calls happen, for ``bootstrap``."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from voicecloud.callbacks.wiring import VoiceCloudCallbackWiring
from voicecloud.notices.wiring import NoticeWiring
from voicecloud.records.progress import CallsInProgress
from voicecloud.records.rows import RowNames
from voicecloud.records.wiring import RecordWiring
from voicecloud.runtime.call_records import CallRecords
from voicecloud.telephony.service import Telephony
from voicecloud.trunk.wiring import TrunkWiring


@dataclass(eq=False, repr=False, kw_only=True)
class TelephonyWiring(VoiceCloudCallbackWiring, NoticeWiring, RecordWiring, TrunkWiring):
    """Calls, their records, and what is reported about them."""

    @cached_property
    def calls_in_progress(self) -> CallsInProgress:
        live = self.engine.platform.history
        return CallsInProgress(store=self.record_store, live=live, live_ids=self._live_ids, clock=self.clock)

    @cached_property
    def call_records(self) -> CallRecords:
        directory = self.directory
        names = RowNames(
            user=lambda user_id: directory.user(user_id).user_name,
            queue=lambda queue_id: directory.queue(queue_id).name,
            privacy=lambda user_id: directory.user(user_id).call_privacy_default,
        )
        return CallRecords(
            store=self.record_store,
            recordings=self.recordings,
            recorder=self.gateway,
            in_progress=self.calls_in_progress,
            live=self.engine.platform.history,
            live_ids=self._live_ids,
            ready=self.notices.processed,
            cut=self.notices.cut,
            names=names,
            delay_s=self.settings.post_processing_delay_s,
            clock=self.clock,
        )

    def _live_ids(self) -> list[str]:
        return [call.call_id for call in self.engine.platform.live_calls()]

    @cached_property
    def telephony(self) -> Telephony:
        return Telephony(
            engine=self.engine,
            gateway=self.gateway,
            staff=self.staff,
            records=self.call_records,
            notices=self.notices,
            callback_requests=self.callback_requests,
            exchange=self.exchange,
            sip=self.sip,
            retention=timedelta(days=self.settings.retention_days),
        )
