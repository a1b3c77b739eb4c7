"""When a failed delivery is tried again."""

from datetime import datetime, timedelta

FIRST_PAUSE_S = 1.0
JITTER = 0.2


def pause_s(attempts: int, longest_s: float, random: float) -> float:
    """The pause after ``attempts`` failed attempts: doubling from a second up to ``longest_s``, 20 % of it jitter.

    ``random`` is in [0, 1).
    """
    full = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 30), longest_s)
    return full * (1 - JITTER * random)


def given_up(created_at: datetime, now: datetime, give_up_after_s: float) -> bool:
    return now - created_at >= timedelta(seconds=give_up_after_s)
