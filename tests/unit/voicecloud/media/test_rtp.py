"""Streams that go on while their sources change (RFC 3550), keys in them (RFC 4733)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecloud.media.rtp import FRAME, KEYS, KeyReader, Outgoing, header, key_payloads

SECOND = 48_000


def test_the_header_is_that_of_the_standard() -> None:
    """Version 2, no padding, no extension, no contributing sources (RFC 3550, 5.1)."""
    assert header(111, 0x1234, 0x89ABCDEF, 0x01020304) == bytes.fromhex("806f123489abcdef01020304")
    assert header(110, 0, 0, 0, marker=True)[1] == 0x80 | 110


def test_a_source_keeps_its_gaps() -> None:
    """What was lost on the way here is missing there too, for the receiver to conceal; late packets stay late."""
    out = Outgoing()
    placed = [out.place("a", number, number * FRAME, number / 50) for number in (10, 11, 14, 13, 15)]
    numbers = [sequence - placed[0][0] for sequence, _ in placed]
    assert numbers == [0, 1, 4, 3, 5]
    assert [(stamp - placed[0][1]) & 0xFFFFFFFF for _, stamp in placed] == [number * FRAME for number in numbers]


def test_another_source_goes_on_where_the_first_one_ended() -> None:
    """No gap in numbers, and the time that has really passed in time stamps."""
    out = Outgoing()
    sequence, timestamp = out.place("a", 65_535, 0xFFFFFF00, 1.0)
    assert out.place("b", 7, 70, 3.0) == ((sequence + 1) & 0xFFFF, (timestamp + 2 * SECOND) & 0xFFFFFFFF)


def test_a_pause_of_one_source_is_no_loss() -> None:
    """While it was cut off its numbers went on."""
    out = Outgoing()
    sequence, timestamp = out.place("a", 10, 10 * FRAME, 0.2)
    out.cut()
    assert out.place("a", 110, 110 * FRAME, 2.2) == (sequence + 1, timestamp + 2 * SECOND)


@pytest.mark.parametrize("jump", [5_000, 40_000, -200])
def test_a_source_that_counts_anew_goes_on_all_the_same(jump: int) -> None:
    """Some telephones do so after a hold; as old packets, theirs would be thrown away for minutes."""
    out = Outgoing()
    sequence, _ = out.place("a", 1_000, 0, 0.0)
    again = [out.place("a", (1_000 + jump + number) & 0xFFFF, number * FRAME, 0.02)[0] for number in range(3)]
    assert again == [sequence + 1, sequence + 2, sequence + 3]


@pytest.mark.parametrize("leap", [0x4000_0000, -0x4000_0000, 61 * SECOND, -61 * SECOND])
def test_a_source_whose_time_alone_leaps_goes_on_all_the_same(leap: int) -> None:
    """Its numbers go on: the time that has passed counts, or the receiver would wait for hours."""
    out = Outgoing()
    sequence, timestamp = out.place("a", 7, 0, 1.0)
    assert out.place("a", 8, FRAME + leap, 1.02) == (sequence + 1, timestamp + FRAME)
    assert out.place("a", 9, 2 * FRAME + leap, 1.04) == (sequence + 2, timestamp + 2 * FRAME)


def test_a_long_silence_is_as_long_as_it_was() -> None:
    """A telephone that sends nothing while nobody speaks: minutes later its time is that of the call."""
    out = Outgoing()
    sequence, timestamp = out.place("a", 7, 0, 1.0)
    assert out.place("a", 8, 300 * SECOND, 301.0) == (sequence + 1, timestamp + 300 * SECOND)


@given(st.lists(st.sampled_from(["a", "b", "insert", "key", "cut"]), max_size=60), st.integers(0, 0xFFFF))
def test_numbers_of_a_stream_never_repeat_or_jump(steps: list[str], first: int) -> None:
    """Whatever is put into it, in any order, from sources that lose nothing."""
    out, now_s, given_out = Outgoing(), 0.0, []
    sources = {"a": first, "b": first + 9}
    for step in steps:
        now_s += 0.02
        if step in sources:
            sources[step] = (sources[step] + 1) & 0xFFFF
            if step != out._source:
                out.cut()
            given_out.append(out.place(step, sources[step], sources[step] * FRAME, now_s)[0])
        elif step == "insert":
            given_out.append(out.insert(now_s)[0])
        elif step == "key":
            sources["a"] = (sources["a"] + 1) & 0xFFFF
            out.skip("a")
        else:
            out.cut()
    assert given_out == [(number + 1) & 0xFFFF for number in range(len(given_out))]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_read_as_it_was_sent(key: str) -> None:
    """It is read once, however many of its packets arrive."""
    reader, payloads = KeyReader(), list(key_payloads(key))
    assert [reader.read(1, 4_000, payload) for payload in payloads] == [key] + [None] * (len(payloads) - 1)
    assert KeyReader().read(1, 4_000, payloads[-1]) == key


def test_a_key_lasts_a_tenth_of_a_second() -> None:
    """Each packet tells how long so far; the last three tell the end (RFC 4733, 2.5.1.4)."""
    payloads = list(key_payloads("5", 8_000))
    assert [int.from_bytes(payload[2:]) for payload in payloads] == [160, 320, 480, 640, 800, 800, 800, 800]
    assert [payload[1] >> 7 for payload in payloads] == [0] * 5 + [1] * 3


def test_the_same_key_twice_is_two_keys() -> None:
    """Their time stamps differ."""
    reader, payload = KeyReader(), next(key_payloads("5"))
    assert [reader.read(1, at, payload) for at in (100, 100, 5_000)] == ["5", None, "5"]


@pytest.mark.parametrize("payload", [b"", b"\x05", b"\x05\x0a\x00", bytes([16, 10, 0, 160]), bytes([255, 0, 0, 0])])
def test_what_is_no_key_is_nothing(payload: bytes) -> None:
    """Too short, or an event that no telephone has (flash, fax tones)."""
    assert KeyReader().read(1, 1, payload) is None


def pressed(*packets: tuple[str, int, int, bool]) -> str:
    """What is read of packets: key, timestamp, length so far, whether it is the end."""
    reader = KeyReader()
    payloads = (
        (at, bytes([KEYS.index(key), 0x80 * is_over]) + length.to_bytes(2)) for key, at, length, is_over in packets
    )
    return "".join(reader.read(1, at, payload) or "" for at, payload in payloads)


def test_late_repeats_are_no_keys() -> None:
    """The last packets of a key may come after the first ones of the next."""
    assert (
        pressed(
            ("1", 100, 960, False),
            ("2", 20_000, 960, False),
            ("1", 100, 4_800, True),
            ("2", 20_000, 4_800, True),
            ("1", 100, 4_800, True),
        )
        == "12"
    )


@pytest.mark.parametrize("at", [0, 0xFFFF_8000])
@pytest.mark.parametrize("seen", [0xFFFF, 0xFB00])
def test_a_key_held_for_long_is_one_key(at: int, seen: int) -> None:
    """Its length has 16 bits: after 1.4 s (48 kHz) it goes on as a new segment (RFC 4733, 2.5.1.3); lost packets at the
    end of one change nothing."""
    second, third = ((at + number * 0xFFFF) & 0xFFFFFFFF for number in (1, 2))
    assert (
        pressed(
            ("5", at, 960, False),
            ("5", at, seen, False),
            ("5", second, 960, False),
            ("5", at, seen, False),
            ("5", second, seen, False),
            ("5", third, 960, False),
            ("5", third, 1_920, True),
        )
        == "5"
    )


def test_a_key_that_is_over_may_be_pressed_again_at_any_time() -> None:
    """Also right after, and also another key at the same moment."""
    assert pressed(("5", 0, 4_800, True), ("5", 4_800, 960, False), ("6", 4_800, 960, False)) == "556"


def test_a_key_whose_end_was_lost_is_pressed_again() -> None:
    """After a pause it is another key."""
    assert pressed(("5", 0, 4_800, False), ("5", 9_600, 960, False)) == "55"


@pytest.mark.parametrize("later", [57_400, 60_000, 65_535])
def test_a_short_key_whose_end_was_lost_is_no_segment(later: int) -> None:
    """It is pressed again after as long as a segment takes: nothing came of what it would have been held for."""
    assert pressed(("5", 0, 960, False), ("5", 0, 4_800, False), ("5", later, 960, False)) == "55"


def test_an_end_that_is_overtaken_is_an_end() -> None:
    """A packet from before it comes after it; the same key is pressed again as that one would go on."""
    assert pressed(("5", 0, 4_800, True), ("5", 0, 3_840, False), ("5", 3_840, 960, False)) == "55"
    assert pressed(("5", 0, 65_000, True), ("5", 0, 64_000, False), ("5", 65_535, 960, False)) == "55"


def test_keys_have_times_of_their_own_while_the_source_is_silent() -> None:
    """They rise with the time that passes, and even when none does."""
    out = Outgoing()
    _, begun = out.place("a", 7, 0, 1.0)
    stamps = [(out.insert(now_s)[1] - begun) & 0xFFFFFFFF for now_s in (1.5, 1.5, 2.0)]
    assert stamps == [SECOND // 2, SECOND // 2 + FRAME, SECOND]
    assert (out.place("a", 8, 2 * SECOND, 3.0)[1] - begun) & 0xFFFFFFFF == 2 * SECOND
