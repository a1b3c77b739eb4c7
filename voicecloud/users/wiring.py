"""Builds what knows who may use the API, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.organisation.wiring import OrganisationWiring
from voicecloud.users import known
from voicecloud.users.known import KnownPairs
from voicecloud.users.service import Accounts


@dataclass(eq=False, repr=False, kw_only=True)
class VoiceCloudUserWiring(OrganisationWiring):
    """Passwords and secret keys."""

    @cached_property
    def accounts(self) -> Accounts:
        pairs = KnownPairs(self.tables.table(known.TABLE), self.clock)
        return Accounts(self.directory, self.signing_key, pairs)
