"""Builds the real-time event interface, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.rte.hub import Hub
from voicecloud.rte.tokens import Tokens
from voicecloud.runtime.wiring import EngineWiring


@dataclass(eq=False, repr=False, kw_only=True)
class RteWiring(EngineWiring):
    """The hub, and the tokens that open it."""

    @cached_property
    def hub(self) -> Hub:
        return Hub(self.directory, self.engine)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.signing_key, self.clock)
