"""Builds what reconciles calls with their activities, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.enterprise_calls.wiring import EnterpriseCallWiring

if TYPE_CHECKING:
    from shared.reconciliation.backfill import BackFill
    from shared.reconciliation.service import Calls
    from shared.reconciliation.unlogged_calls import UnloggedCalls


class ReconciliationWiring(EnterpriseCallWiring):
    """Calls: written as activities, repaired and back-filled (G, H, K2, K10)."""

    @cached_property
    def calls(self) -> "Calls":
        from shared.callbacks.attempts import CallbackAttempts
        from shared.calls.activities import CallActivities
        from shared.enterprise_calls.duplicates import Duplicates
        from shared.enterprise_calls.private_calls import PrivateCalls
        from shared.reconciliation.service import Calls

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

    @cached_property
    def unlogged_calls(self) -> "UnloggedCalls":
        from shared.reconciliation.unlogged_calls import UnloggedCalls

        return UnloggedCalls(
            enreach=self.enreach,
            calls=self.calls,
            sync=self.enterprise_calls,
            store=self.call_store,
            bus=self.bus,
            clock=self.clock,
        )

    @cached_property
    def back_fill(self) -> "BackFill":
        from shared.reconciliation.backfill import BackFill

        return BackFill(enreach=self.enreach, calls=self.calls, store=self.call_store, marks=self.tables.table("polls"))

    def _recording_url(self, call_id: str) -> str:
        from shared.calls.recording_links import recording_url

        return recording_url(self.environ.get("APP_URL", ""), call_id)
