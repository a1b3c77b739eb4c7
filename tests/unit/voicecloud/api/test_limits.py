"""The rate limit."""

import pytest

from shared.errors import Throttled
from voicecloud.api.limits import RateLimiter


def test_a_bucket_refills_evenly() -> None:
    """After the bucket is empty one request is welcome each time a token has come back; others are not affected."""
    now_s = 0.0
    limiter = RateLimiter(60, now=lambda: now_s)
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(Throttled) as refused:
        limiter.take("a")
    assert refused.value.retry_after_s == pytest.approx(1.0)
    limiter.take("b")
    now_s = 1.0
    limiter.take("a")


def test_zero_switches_it_off() -> None:
    """Without a rate nobody is ever refused."""
    limiter = RateLimiter(0)
    for _ in range(10_000):
        limiter.take("a")
