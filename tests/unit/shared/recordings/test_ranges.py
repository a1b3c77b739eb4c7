import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recordings.ranges import LARGEST_PART, part_of

BODY = bytes(range(100))


@pytest.mark.parametrize(
    ("asked", "content_range", "body"),
    [
        ("bytes=0-9", "bytes 0-9/100", BODY[:10]),
        ("bytes=90-", "bytes 90-99/100", BODY[90:]),
        ("bytes=-5", "bytes 95-99/100", BODY[95:]),
        ("bytes=95-500", "bytes 95-99/100", BODY[95:]),
    ],
)
def test_one_range_is_answered_with_its_part(asked: str, content_range: str, body: bytes) -> None:
    """From the front, to the end, the last bytes, and past the end (RFC 9110, 14.1.2)."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.headers["Content-Range"], part.body) == (206, content_range, body)


@pytest.mark.parametrize("asked", ["", "bytes=-", "bytes=1-2,5-6", "items=0-1", "bytes=a-b"])
def test_what_is_no_single_range_gets_everything(asked: str) -> None:
    """A header that is not understood is as good as none."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.body) == (200, BODY)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=9-5", "bytes=-0"])
def test_a_range_that_holds_nothing_is_told(asked: str) -> None:
    """The answer names the size, so that the player can ask better."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.headers["Content-Range"], part.body) == (416, "bytes */100", b"")


@given(st.integers(0, 3 * LARGEST_PART), st.integers(0, 3 * LARGEST_PART))
def test_a_part_is_never_larger_than_allowed(first: int, length: int) -> None:
    """Players ask again for what follows."""
    part = part_of(bytes(2 * LARGEST_PART), "audio/wav", f"bytes={first}-{first + length}")
    assert len(part.body) <= LARGEST_PART
