"""Builds what delivers webhooks, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.organisation.model import DocumentKind
from voicecloud.organisation.wiring import OrganisationWiring
from voicecloud.webhooks import store
from voicecloud.webhooks.delivery import Deliverer
from voicecloud.webhooks.model import Endpoint
from voicecloud.webhooks.sender import WebhookSender
from voicecloud.webhooks.service import Webhooks


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudWebhookWiring(OrganisationWiring):
    """Webhooks out, one deliverer a subscription."""

    @cached_property
    def webhooks(self) -> Webhooks:
        settings = self.settings
        deliveries = store.DeliveryStore(self.tables.table(store.TABLE))
        sender = WebhookSender(self.http, self.clock, settings.webhook_timeout_s)
        deliverers = [
            Deliverer(
                Endpoint.from_document(document, settings.environment),
                store=deliveries,
                sender=sender,
                clock=self.clock,
                longest_pause_s=settings.webhook_retry_max_s,
                give_up_after_s=settings.webhook_give_up_after_s,
            )
            for document in self.directory.documents(DocumentKind.WEBHOOK)
        ]
        return Webhooks(
            organisation_id=self.directory.organisation.id,
            deliverers=deliverers,
            store=deliveries,
            ids=self.ids,
            clock=self.clock,
        )
