"""Wires the health page: one check per connection, queue, setting and job, for ``bootstrap``."""

from typing import TYPE_CHECKING

from shared.bus.names import QUEUES
from shared.clock import Clock
from shared.enterprise_calls.health import calls
from shared.health import checks
from shared.health.service import Health
from shared.presence.health import presence

if TYPE_CHECKING:
    from shared.bootstrap import Services


def build(services: "Services", clock: Clock) -> Health:
    settings, enreach = services.settings, services.enreach
    return Health(
        checks={
            "storage": checks.storage(services.tables),
            "dataverse": checks.dataverse(services.dataverse),
            "voicecloud": checks.voicecloud(enreach),
            **{f"queue {name}": checks.queue(services.queue_depths, name) for name in QUEUES},
            "settings": checks.settings(settings),
            "number index": checks.index(services.watermarks, clock),
            "callback lists": checks.callback_lists(settings, enreach, services.callback_polls, clock),
            "callback queues": checks.callback_queues(settings, services.dataverse),
            "calls": calls(services.enterprise_calls, clock),
            "columns": checks.columns(services.absent_columns),
            "presence": presence(settings, services.presence.store),
        },
        table=services.tables.table("health"),
        clock=clock,
    )
