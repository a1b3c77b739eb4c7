"""What the checks of the health page ask."""

from shared.callbacks.wiring import CallbackWiring
from shared.enterprise_calls.wiring import EnterpriseCallWiring
from shared.presence.wiring import PresenceWiring


class HealthSources(CallbackWiring, EnterpriseCallWiring, PresenceWiring):
    """Every capability that has a check, and the connections below them."""
