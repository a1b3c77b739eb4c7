"""Where the SIP trunk is."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """``janus`` is the address of Janus' HTTP API, ``identity`` the SIP URI that is registered. ``calls`` at once;
    ``trusted``: hosts of carriers whose P-Asserted-Identity is believed."""

    janus: str
    identity: str
    proxy: str = ""
    secret: str = field(default="", repr=False)
    api_secret: str = field(default="", repr=False)
    calls: int = 20
    trusted: frozenset[str] = frozenset()

    @property
    def domain(self) -> str:
        """Host and port of the identity, to which all calls go."""
        return self.identity.partition("@")[2]

    @property
    def is_trusted(self) -> bool:
        """Whether the carrier at the other end of the trunk is named as trusted (RFC 3325, section 5)."""
        places = (self.domain, re.sub(r"^sips?:([^@]*@)?", "", self.proxy, flags=re.IGNORECASE))
        return not self.trusted.isdisjoint(re.split(r"[:;]", place)[0].lower() for place in places)
