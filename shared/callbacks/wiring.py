"""Builds what handles callbacks, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.identity.wiring import IdentityWiring

if TYPE_CHECKING:
    from shared.callbacks.inbox import CallbackInbox
    from shared.callbacks.polling import CallbackPolling
    from shared.callbacks.polls import Polls
    from shared.callbacks.service import Callbacks
    from shared.callbacks.unhandled import LeftCallbacks


class CallbackWiring(IdentityWiring):
    """Callback lists: polled, handled, and those nobody takes (F)."""

    @cached_property
    def callback_inbox(self) -> "CallbackInbox":
        from shared.callbacks.inbox import CallbackInbox

        return CallbackInbox(self.tables.table("callbackinbox"))

    @cached_property
    def callback_polls(self) -> "Polls":
        from shared.callbacks.polls import Polls

        return Polls(self.tables.table("polls"))

    @cached_property
    def callbacks(self) -> "Callbacks":
        from shared.callbacks.activities import CallbackActivities
        from shared.callbacks.service import Callbacks
        from shared.callbacks.store import CallbackStore

        return Callbacks(
            settings=self.settings,
            enreach=self.enreach,
            identity=self.identity,
            activities=CallbackActivities(self.dataverse, self.absent_columns),
            store=CallbackStore(self.tables.table("callbacks")),
            inbox=self.callback_inbox,
            clock=self.clock,
        )

    @cached_property
    def callback_polling(self) -> "CallbackPolling":
        from shared.callbacks.polling import CallbackPolling

        return CallbackPolling(
            settings=self.settings,
            enreach=self.enreach,
            bus=self.bus,
            inbox=self.callback_inbox,
            polls=self.callback_polls,
            clock=self.clock,
        )

    @cached_property
    def left_callbacks(self) -> "LeftCallbacks":
        from shared.callbacks.unhandled import LeftCallbacks

        return LeftCallbacks(settings=self.settings, enreach=self.enreach, clock=self.clock)
