"""The checks of the health page: one per connection, queue, setting and job."""

from collections.abc import Callable

from shared.bus.names import QUEUES
from shared.callbacks.unhandled import left_callbacks
from shared.errors import Misconfigured
from shared.findings import Finding, Probe
from shared.health import app, checks, dynamics
from shared.health.service import Health
from shared.health.sources import HealthSources
from shared.presence.health import presence
from shared.reconciliation.health import calls
from shared.storage.tables import Table


def build(services: HealthSources) -> Health:
    """Each check builds what it asks when it asks: a connection that is not set up fails its own checks alone."""
    s, environ, clock = services, services.environ, services.clock
    made: dict[str, Callable[[], Probe]] = {
        "app settings": lambda: app.app_settings(environ),
        "storage": lambda: checks.storage(s.tables),
        "entra": lambda: app.entra(s.tokens, s.dataverse.url, lambda: s.access_tokens),
        "dataverse": lambda: checks.dataverse(s.dataverse),
        "voicecloud": lambda: checks.voicecloud(s.enreach),
        **{f"queue {name}": _queue(s, name) for name in QUEUES},
        "settings": lambda: checks.settings(s.settings),
        "number index": lambda: checks.index(s.watermarks, clock),
        "callback lists": lambda: checks.callback_lists(s.settings, s.enreach, s.callback_polls, clock),
        "callbacks left alone": lambda: left_callbacks(s.left_callbacks),
        "callback queues": lambda: checks.callback_queues(s.settings, s.dataverse),
        "calls": lambda: calls(s.enterprise_calls, clock),
        "columns": lambda: dynamics.columns(s.dataverse, s.absent_columns),
        "privileges": lambda: dynamics.privileges(s.dataverse, s.settings, s.watermarks),
        "presence": lambda: presence(s.settings, s.presence.store),
    }
    return Health(checks={name: _lazily(make) for name, make in made.items()}, table=_table(services), clock=clock)


def _queue(services: HealthSources, name: str) -> Callable[[], Probe]:
    return lambda: checks.queue(services.queue_depths, name)


def _lazily(make: Callable[[], Probe]) -> Probe:
    async def probe() -> Finding:
        return await make()()

    return probe


def _table(services: HealthSources) -> Table | None:
    try:
        return services.tables.table("health")
    except Misconfigured:
        return None
