"""Where the SIP trunk is."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """``janus`` is the address of Janus' HTTP API, ``identity`` the SIP URI that is registered. ``calls`` at once."""

    janus: str
    identity: str
    proxy: str = ""
    secret: str = field(default="", repr=False)
    api_secret: str = field(default="", repr=False)
    calls: int = 20

    @property
    def domain(self) -> str:
        """Host and port of the identity, to which all calls go."""
        return self.identity.partition("@")[2]
