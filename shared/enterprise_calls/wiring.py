"""Builds what synchronises enterprise calls, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.calls.wiring import CallWiring

if TYPE_CHECKING:
    from shared.enterprise_calls.backfill import BackFill
    from shared.enterprise_calls.sync import EnterpriseCalls
    from shared.enterprise_calls.unlogged_calls import UnloggedCalls


class EnterpriseCallWiring(CallWiring):
    """Calls of mobiles, Teams and desk phones: synchronised, compared and back-filled (H, K10)."""

    @cached_property
    def enterprise_calls(self) -> "EnterpriseCalls":
        from shared.enterprise_calls.sync import EnterpriseCalls
        from shared.storage.leases import Leases

        return EnterpriseCalls(
            enreach=self.enreach,
            store=self.call_store,
            bus=self.bus,
            marks=self.tables.table("polls"),
            leases=Leases(self.tables.table("leases"), self.clock),
            owner=self.owner,
            clock=self.clock,
        )

    @cached_property
    def unlogged_calls(self) -> "UnloggedCalls":
        from shared.enterprise_calls.unlogged_calls import UnloggedCalls

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
        from shared.enterprise_calls.backfill import BackFill

        return BackFill(enreach=self.enreach, calls=self.calls, store=self.call_store, marks=self.tables.table("polls"))
