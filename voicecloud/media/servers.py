"""How peers reach each other: helping servers, and what is known of the way to this machine."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class IceServer:
    """A STUN or TURN server (RFC 8489, RFC 8656). ``urls`` as browsers write them."""

    urls: Sequence[str]
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True)
class Way:
    """``address``: where others reach this machine when that is not its own address (NAT with ports kept);
    ``ports``: the UDP ports to be used, empty for any. One port a peer connection and address."""

    address: str = ""
    ports: range = range(0)


ANYWHERE = Way()
