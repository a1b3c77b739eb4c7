"""Builds what notes calls, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.identity.wiring import IdentityWiring
from shared.users.wiring import UserWiring

if TYPE_CHECKING:
    from shared.calls.store import CallStore


class CallWiring(IdentityWiring, UserWiring):
    """What is noted of calls."""

    @cached_property
    def call_store(self) -> "CallStore":
        from shared.calls.store import CallStore

        return CallStore(self.tables.table("calls"))
