"""Builds the ways to the outside world's telephones, for ``bootstrap``."""

from dataclasses import dataclass
from functools import cached_property

from voicecloud.media.wiring import MediaWiring
from voicecloud.trunk.exchange import Exchange
from voicecloud.trunk.sip.trunk import SipTrunk


@dataclass(eq=False, repr=False, kw_only=True)
class TrunkWiring(MediaWiring):
    """The exchange, and the SIP trunk where one is set."""

    @cached_property
    def sip(self) -> SipTrunk | None:
        account = self.settings.sip
        if account is None:
            return None
        return SipTrunk(account=account, engine=self.engine, gateway=self.gateway, ids=self.ids, http=self.http)

    @cached_property
    def exchange(self) -> Exchange:
        exchange = Exchange(self.engine)
        if self.sip:
            exchange.connect(self.sip)
        return exchange
