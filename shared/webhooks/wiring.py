"""Builds what takes webhooks, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.identity.wiring import IdentityWiring

if TYPE_CHECKING:
    from shared.webhooks.dataverse import DataverseWebhooks
    from shared.webhooks.voicecloud import VoicecloudWebhooks


class WebhookWiring(IdentityWiring):
    """News of Dynamics and of the voice cloud, checked and sent on."""

    @cached_property
    def dataverse_webhooks(self) -> "DataverseWebhooks":
        from shared.webhooks.dataverse import DataverseWebhooks

        return DataverseWebhooks(index=self.index_notifications, bus=self.bus, clock=self.clock)

    @cached_property
    def voicecloud_webhooks(self) -> "VoicecloudWebhooks":
        from shared.webhooks.voicecloud import VoicecloudWebhooks

        return VoicecloudWebhooks(
            bus=self.bus, token=self.environ.get("VOICECLOUD_WEBHOOK_TOKEN", ""), clock=self.clock
        )
