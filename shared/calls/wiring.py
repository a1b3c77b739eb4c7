"""Builds what writes calls as activities, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.identity.wiring import IdentityWiring
from shared.users.wiring import UserWiring

if TYPE_CHECKING:
    from shared.calls.service import Calls
    from shared.calls.store import CallStore


class CallWiring(IdentityWiring, UserWiring):
    """Calls: noted, and written as activities (G)."""

    @cached_property
    def call_store(self) -> "CallStore":
        from shared.calls.store import CallStore

        return CallStore(self.tables.table("calls"))

    @cached_property
    def calls(self) -> "Calls":
        from shared.callbacks.attempts import CallbackAttempts
        from shared.calls.activities import CallActivities
        from shared.calls.duplicates import Duplicates
        from shared.calls.private_calls import PrivateCalls
        from shared.calls.service import Calls

        activities = CallActivities(self.dataverse, self.absent_columns)
        attempts = CallbackAttempts(self.dataverse, self.absent_columns, self.tables.table("calls"))
        return Calls(
            settings=self.settings,
            enreach=self.enreach,
            identity=self.identity,
            users=self.users,
            activities=activities,
            duplicates=Duplicates(self.dataverse, self.absent_columns),
            private_calls=PrivateCalls(activities, attempts, self.call_store),
            attempts=attempts,
            store=self.call_store,
            bus=self.bus,
            recording_url=self._recording_url,
            clock=self.clock,
        )

    def _recording_url(self, call_id: str) -> str:
        from shared.calls.recording_links import recording_url

        return recording_url(self.environ.get("APP_URL", ""), call_id)
