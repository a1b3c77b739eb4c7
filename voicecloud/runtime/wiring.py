"""Builds what runs routing, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.organisation.model import DocumentKind
from voicecloud.organisation.numbering import Numbering
from voicecloud.organisation.wiring import OrganisationWiring
from voicecloud.runtime.engine import Engine
from voicecloud.runtime.smart_routing import RoutingEndpoint, SmartRoutingAsker
from voicecloud.runtime.staff import Staff


@dataclass(eq=False, repr=False, kw_only=True)
class EngineWiring(OrganisationWiring):
    """The engine, and who speaks with it besides calls."""

    @cached_property
    def engine(self) -> Engine:
        directory = self.directory
        region = directory.organisation.region
        numbering = Numbering(self.settings.trunk_region or region, region, directory.own_numbers)
        return Engine(directory.routing(), self.clock, numbering.event)

    @cached_property
    def staff(self) -> Staff:
        return Staff(self.engine, self.directory, self.ids)

    @cached_property
    def smart_routing(self) -> SmartRoutingAsker:
        documents = self.directory.documents(DocumentKind.SMART_ROUTING)
        endpoints = (RoutingEndpoint.from_document(one, self.settings.environment) for one in documents)
        return SmartRoutingAsker(self.engine, self.http, {one.id: one for one in endpoints})
