"""How peers reach each other: helping servers, and the way to this machine. How recordings are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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


class AudioFormat(StrEnum):
    """How recordings are kept."""

    MP3 = "mp3"
    OPUS = "opus"
    WAV = "wav"
