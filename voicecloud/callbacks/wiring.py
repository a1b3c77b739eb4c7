"""Builds what handles callback requests, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.callbacks import store
from voicecloud.callbacks.requests import CallbackRequests
from voicecloud.callbacks.service import CallbackLists
from voicecloud.webhooks.wiring import VoiceCloudWebhookWiring


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudCallbackWiring(VoiceCloudWebhookWiring):
    """Callback lists, and what callers in pools leave on them (F)."""

    @cached_property
    def callbacks(self) -> CallbackLists:
        return CallbackLists(
            store=store.CallbackRequestStore(self.tables.table(store.TABLE)),
            directory=self.directory,
            webhooks=self.webhooks,
            ids=self.ids,
            clock=self.clock,
        )

    @cached_property
    def callback_requests(self) -> CallbackRequests:
        return CallbackRequests(self.callbacks, self.directory)
