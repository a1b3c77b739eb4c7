"""Builds what keeps the presence of agents in line, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.users.wiring import UserWiring

if TYPE_CHECKING:
    from shared.presence.services import PresenceServices


class PresenceWiring(UserWiring):
    """One status on both sides (B, E)."""

    @cached_property
    def presence(self) -> "PresenceServices":
        from shared.presence.services import build

        return build(
            settings=self.settings,
            users=self.users,
            enreach=self.enreach,
            dataverse=self.dataverse,
            table=self.tables.table("presence"),
            bus=self.bus,
            clock=self.clock,
        )
