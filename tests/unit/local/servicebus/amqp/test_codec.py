"""AMQP values: what is encoded is decoded to the same value of the same type."""

import contextlib
import math
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.servicebus.amqp.decode import decode, skip
from local.servicebus.amqp.encode import encode
from local.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    DecodeError,
    Described,
    Float,
    Int,
    Opaque,
    Short,
    Symbol,
    Timestamp,
    Ubyte,
    Uint,
    Ulong,
    Ushort,
)

INTEGERS: dict[type, tuple[int, int]] = {
    Ubyte: (0, 2**8 - 1),
    Ushort: (0, 2**16 - 1),
    Uint: (0, 2**32 - 1),
    Ulong: (0, 2**64 - 1),
    Byte: (-(2**7), 2**7 - 1),
    Short: (-(2**15), 2**15 - 1),
    Int: (-(2**31), 2**31 - 1),
    int: (-(2**63), 2**63 - 1),
    Timestamp: (-(2**63), 2**63 - 1),
    Char: (0, 0x10FFFF),
}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    *(st.integers(low, high).map(kind) for kind, (low, high) in INTEGERS.items()),
    st.floats(allow_nan=False),
    st.floats(allow_nan=False, width=32).map(Float),
    st.binary(max_size=300),
    st.text(max_size=300),
    st.text(st.characters(max_codepoint=127), max_size=20).map(Symbol),
    st.uuids(),
    st.binary(min_size=16, max_size=16).map(lambda octets: Opaque(0x94, octets)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.text(max_size=5), inner, max_size=5),
        st.builds(Described, st.integers(10**6, 10**7).map(Ulong), inner),
    ),
    max_leaves=20,
)


def typed(value: Any) -> Any:
    """The value with its type, all the way down: equality alone does not tell ``Uint(1)`` from ``True``."""
    if isinstance(value, list):
        return (type(value), [typed(item) for item in value])
    if isinstance(value, dict):
        return (dict, [(typed(key), typed(item)) for key, item in value.items()])
    if isinstance(value, Described):
        return (Described, typed(value.descriptor), typed(value.value))
    return (type(value), value)


@given(VALUES)
def test_values_keep_value_and_type(value: Any) -> None:
    """decode(encode(x)) is x, and its type too; nothing is left over."""
    octets = encode(value)
    decoded, end = decode(octets)
    assert typed(decoded) == typed(value)
    assert end == len(octets)


@given(VALUES)
def test_skipping_ends_where_decoding_ends(value: Any) -> None:
    """``skip`` knows the width of everything ``decode`` reads."""
    octets = encode(value) + b"rest"
    assert skip(octets, 0) == decode(octets)[1]


@pytest.mark.parametrize(
    "items",
    [
        [UUID(int=1), UUID(int=2)],
        [1, -1, 2**40],
        [Timestamp(5)],
        [Symbol("a"), Symbol("bc")],
        ["ä", "b" * 300],
        [b"x"],
        [Uint(1)],
        [Int(-1)],
        [Ulong(1)],
        [{"k": 1}],
    ],
)
def test_arrays_keep_their_items(items: list[Any]) -> None:
    """Arrays of every type the broker writes can be read again."""
    octets = encode(Array(items, 0))
    decoded, end = decode(octets)
    assert isinstance(decoded, Array)
    assert list(decoded) == items
    assert end == skip(octets, 0) == len(octets)


def test_an_empty_array_is_null() -> None:
    """Clients read null as none; not all read an array of nothing."""
    assert encode(Array([], 0x98)) == b"\x40"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"\x56\x01", True),
        (b"\x72\x3f\x80\x00\x00", 1.0),
        (b"\xd0\x00\x00\x00\x06\x00\x00\x00\x02\x43\x41", [0, True]),
        (b"\xe0\x04\x02\x50\x01\x02", [1, 2]),
        (b"\xf0\x00\x00\x00\x09\x00\x00\x00\x02\x00\x53\x25\x50\x01\x02"[:16], [1, 2]),
        (b"\x82\x7f\xf8" + bytes(6), math.nan),
    ],
)
def test_forms_that_others_write_are_read(octets: bytes, value: Any) -> None:
    """Long and short forms mean the same (OASIS AMQP 1.0, 1.6)."""
    decoded, _ = decode(octets)
    assert decoded == value or decoded != decoded  # NaN is the only value unequal to itself


@pytest.mark.parametrize(
    "octets",
    [b"", b"\x3f", b"\xa1\x05abc", b"\xb0\x00\x00", b"\x80\x01", b"\xa1\x01\xff", b"\xf0\0\0\0\5\xff\xff\xff\xff\x40"],
)
def test_what_is_not_amqp_is_refused(octets: bytes) -> None:
    """Cut short, unknown or badly coded bytes raise DecodeError, nothing else."""
    with pytest.raises(DecodeError):
        decode(octets)


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_a_decode_error(octets: bytes) -> None:
    """A hostile peer cannot make the decoder fail in another way."""
    with contextlib.suppress(DecodeError):
        decode(octets)


def test_what_amqp_has_no_form_for_is_refused() -> None:
    """A programming error is raised at once."""
    with pytest.raises(TypeError, match="set"):
        encode({1, 2})
