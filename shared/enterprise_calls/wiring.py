"""Builds what finds enterprise calls, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.calls.wiring import CallWiring

if TYPE_CHECKING:
    from shared.enterprise_calls.sync import EnterpriseCalls


class EnterpriseCallWiring(CallWiring):
    """Calls of mobiles, Teams and desk phones (H)."""

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
