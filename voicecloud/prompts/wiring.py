"""Builds what keeps announcements, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.organisation.wiring import OrganisationWiring
from voicecloud.prompts.service import PromptLibrary


@dataclass(eq=False, repr=False, kw_only=True)
class PromptWiring(OrganisationWiring):
    """Announcements of the pools (I4)."""

    @cached_property
    def prompts(self) -> PromptLibrary:
        return PromptLibrary(self.directory, self.blobs)
