"""What helps peers to reach each other."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class IceServer:
    """A STUN or TURN server (RFC 8489, RFC 8656). ``urls`` as browsers write them."""

    urls: Sequence[str]
    username: str | None = None
    credential: str | None = None
