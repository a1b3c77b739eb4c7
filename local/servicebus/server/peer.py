"""What the parts behind a connection ask of it, so that none of them needs the connection itself."""

from typing import Protocol


class AmqpPeer(Protocol):
    """Who is at the other end. ``authorised``: a good token was put, or none is asked for."""

    authorised: bool
    max_frame_size: int

    def send(self, channel: int, performative: object, payload: bytes = b"") -> None:
        """Writes a frame at the end of the turn."""

    def flush(self) -> None:
        """Writes what has gathered; everything it tells of is committed."""

    def lose_output(self) -> None:
        """At the end of the turn the connection is cut instead of written to."""

    def abort(self) -> None:
        """Cuts the connection now."""
