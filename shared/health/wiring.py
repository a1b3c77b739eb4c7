"""Builds the health page, for ``bootstrap``."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.health.sources import HealthSources

if TYPE_CHECKING:
    from shared.health.service import Health


class HealthWiring(HealthSources):
    """One check per connection, queue, setting and job (K7)."""

    @cached_property
    def health(self) -> "Health":
        from shared.health.probes import build

        return build(self)
