"""Builds who a number belongs to, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.wiring import Wiring

if TYPE_CHECKING:
    from shared.identity.notifications import IndexNotifications
    from shared.identity.service import Identity
    from shared.identity.sync import IndexSync
    from shared.identity.watermark import WatermarkStore


class IdentityWiring(Wiring):
    """The number index: asked, kept and corrected."""

    @cached_property
    def identity(self) -> "Identity":
        from shared.identity.service import Identity

        return Identity(table=self.tables.table("numbers"), settings=self.settings, clock=self.clock)

    @cached_property
    def watermarks(self) -> "WatermarkStore":
        from shared.identity.watermark import WatermarkStore

        return WatermarkStore(self.tables.table("numbers"))

    @cached_property
    def index_sync(self) -> "IndexSync":
        from shared.identity.sync import IndexSync
        from shared.storage.leases import Leases

        return IndexSync(
            table=self.tables.table("numbers"),
            dataverse=self.dataverse,
            settings=self.settings,
            leases=Leases(self.tables.table("leases"), self.clock),
            owner=self.owner,
            clock=self.clock,
        )

    @cached_property
    def index_notifications(self) -> "IndexNotifications":
        from shared.identity.notifications import IndexNotifications

        return IndexNotifications(bus=self.bus, sync=self.index_sync, clock=self.clock)
