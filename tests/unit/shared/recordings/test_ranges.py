import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recordings.ranges import LARGEST_PART, bounded, part_as_given, part_of

BODY = bytes(range(100))


@pytest.mark.parametrize(
    ("asked", "content_range", "body"),
    [
        ("bytes=0-9", "bytes 0-9/100", BODY[:10]),
        ("bytes=90-", "bytes 90-99/100", BODY[90:]),
        ("bytes=-5", "bytes 95-99/100", BODY[95:]),
        ("bytes=95-500", "bytes 95-99/100", BODY[95:]),
        ("bytes=-500", "bytes 0-99/100", BODY),
        (" Bytes=0-0 ", "bytes 0-0/100", BODY[:1]),
    ],
)
def test_one_range_is_answered_with_its_part(asked: str, content_range: str, body: bytes) -> None:
    """From the front, to the end, the last bytes, and past the end (RFC 9110, 14.1.2)."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.headers["Content-Range"], part.body) == (206, content_range, body)


@pytest.mark.parametrize(
    "asked", ["", "bytes=-", "bytes=1-2,5-6", "items=0-1", "bytes=a-b", f"bytes=0-{'9' * 5000}", "bytes=٣-"]
)
def test_what_is_no_single_range_gets_everything(asked: str) -> None:
    """A header that is not understood is as good as none."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.body) == (200, BODY)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=9-5", "bytes=-0"])
def test_a_range_that_holds_nothing_is_refused(asked: str) -> None:
    """The answer names the size, so that the player can ask better."""
    part = part_of(BODY, "audio/mpeg", asked)
    assert (part.status, part.headers["Content-Range"], part.body) == (416, "bytes */100", b"")


@given(st.integers(0, 3 * LARGEST_PART), st.integers(0, 3 * LARGEST_PART))
def test_a_part_is_never_larger_than_allowed(first: int, length: int) -> None:
    """Players ask again for what follows."""
    part = part_of(bytes(2 * LARGEST_PART), "audio/wav", f"bytes={first}-{first + length}")
    assert len(part.body) <= LARGEST_PART


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        ("bytes=0-", f"bytes=0-{LARGEST_PART - 1}"),
        ("bytes=10-19", "bytes=10-19"),
        (f"bytes=5-{3 * LARGEST_PART}", f"bytes=5-{LARGEST_PART + 4}"),
        *((whole, "") for whole in ("", "bytes=-5", "bytes=9-5", "bytes=0-1,5-6", "items=0-1")),
    ],
)
def test_the_voice_cloud_is_asked_for_no_more_than_a_part(asked: str, passed_on: str) -> None:
    """What only the whole can answer is asked for whole."""
    assert bounded(asked) == passed_on


@given(st.integers(0, 300), st.integers(0, 300))
def test_who_cuts_the_part_makes_no_difference(first: int, last: int) -> None:
    """A part that the voice cloud cuts, and the same part cut here, are the same answer."""
    wanted = f"bytes={first}-{last}"
    here = part_of(BODY, "audio/mpeg", wanted)
    if here.status == 206:
        assert part_as_given(here.body, "audio/mpeg", here.headers["Content-Range"], wanted) == here


@pytest.mark.parametrize(
    "given", ["", "bytes 0-9/*", "bytes 1-10/100", "bytes 0-8/100", "bytes 0-19/100", "items 0-9/100"]
)
def test_a_part_that_is_not_the_one_asked_for_is_not_passed_on(given: str) -> None:
    """Another beginning, more than was asked for, other than it says, or of unknown size."""
    assert part_as_given(BODY[:10], "audio/mpeg", given, "bytes=0-9") is None
