"""What the checks of the health page ask."""

from shared.callbacks.wiring import CallbackWiring
from shared.presence.wiring import PresenceWiring
from shared.reconciliation.wiring import ReconciliationWiring


class HealthSources(CallbackWiring, PresenceWiring, ReconciliationWiring):
    """Every capability that has a check, and the connections below them."""
