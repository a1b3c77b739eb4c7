"""The one compare-and-set loop: read, decide, write on condition that nobody has written in between, else again."""

from collections.abc import Awaitable, Callable

from shared.errors import Conflict, Missing, Unavailable, VoiceError

ATTEMPTS = 20
LOST = {"row-exists", "row-changed", "row-missing", "dataverse-exists", "dataverse-changed"}
"""The codes of a conditional write that came second; any other conflict is a decision and ends the loop."""


async def win[Answer](attempt: Callable[[], Awaitable[Answer]], contended: Unavailable | None = None) -> Answer:
    """What ``attempt`` gives once it wins its race; it reads afresh each time.

    Raises ``contended`` (Unavailable ``row-contended``) when others keep winning, and whatever else ``attempt`` raises.
    """
    for _ in range(ATTEMPTS):
        try:
            return await attempt()
        except (Conflict, Missing) as error:
            if not is_lost(error):
                raise
    raise contended or Unavailable("row-contended", "a row is being changed by too many at once")


def is_lost(error: VoiceError) -> bool:
    """Whether a conditional write failed because somebody else was faster."""
    return error.code in LOST
