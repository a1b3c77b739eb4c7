"""Builds what plays recordings, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.wiring import Wiring

if TYPE_CHECKING:
    from shared.recordings.service import RecordingAccess


class RecordingWiring(Wiring):
    """Recordings: who may hear them, and the way to them (G)."""

    @cached_property
    def recordings(self) -> "RecordingAccess":
        from shared.calls.activities import CallActivities
        from shared.recordings.service import RecordingAccess
        from shared.recordings.tickets import Tickets

        return RecordingAccess(
            enreach=self.enreach,
            dataverse=self.dataverse,
            activities=CallActivities(self.dataverse, self.absent_columns),
            tickets=Tickets(self.tables.table("secrets"), self.clock),
        )
