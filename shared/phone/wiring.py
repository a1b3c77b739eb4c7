"""Builds what the web phone's requests need, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.calls.wiring import CallWiring

if TYPE_CHECKING:
    from shared.phone.limiter import Limits
    from shared.phone.notes import CallNotes
    from shared.phone.services import PhoneServices


class PhoneWiring(CallWiring):
    """The web phone: sessions, live calls, notes, lists, and what one person may ask (C, D)."""

    @cached_property
    def phone_limits(self) -> "Limits":
        from shared.phone.limiter import Limits

        return Limits()

    @cached_property
    def call_notes(self) -> "CallNotes":
        from shared.phone.notes import CallNotes

        return CallNotes(self.call_store, self.dataverse, self.absent_columns, self.bus, self.clock)

    @cached_property
    def phone(self) -> "PhoneServices":
        from shared.phone.services import build

        return build(
            environ=self.environ,
            settings=self.settings,
            sign_in=self.sign_in,
            users=self.users,
            dataverse=self.dataverse,
            identity=self.identity,
            calls=self.call_store,
            tables=self.tables,
            clock=self.clock,
        )
