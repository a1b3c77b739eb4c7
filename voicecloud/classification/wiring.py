"""Builds what classifies calls, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.classification import store
from voicecloud.classification.service import Classifications
from voicecloud.organisation.wiring import OrganisationWiring


@dataclass(eq=False, repr=False, kw_only=True)
class ClassificationWiring(OrganisationWiring):
    """Tags of calls and callbacks."""

    @cached_property
    def classifications(self) -> Classifications:
        table = self.tables.table(store.TABLE)
        return Classifications(store.ClassificationStore(table), self.directory, self.ids, self.clock)
