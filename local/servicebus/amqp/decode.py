"""Bytes to values; ``skip`` steps over one value without building it."""

import struct
from collections.abc import Callable
from uuid import UUID

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

Reader = Callable[[bytes, int], tuple[object, int]]

COMPOSITES: dict[int, Callable[[list[object]], object]] = {}
"""Builders of the composites this broker has classes for, by descriptor code."""


def decode(octets: bytes, at: int = 0) -> tuple[object, int]:
    """The value that starts at ``at`` and the position after it. Raises DecodeError."""
    try:
        return _READERS[octets[at]](octets, at + 1)
    except DecodeError:
        raise
    except (LookupError, struct.error, TypeError, ValueError, RecursionError) as error:
        raise DecodeError(f"not AMQP at byte {at}: {error!r}") from error


def skip(octets: bytes, at: int) -> int:
    """The position after the value that starts at ``at``. Raises DecodeError."""
    if at >= len(octets):
        raise DecodeError("the value ends too early")
    constructor = octets[at]
    if constructor == 0x00:
        return skip(octets, skip(octets, at + 1))
    width = constructor >> 4
    if width in _FIXED_WIDTHS:
        return at + 1 + _FIXED_WIDTHS[width]
    if width in (0xA, 0xC, 0xE):
        return at + 2 + octets[at + 1]
    if width in (0xB, 0xD, 0xF):
        return at + 5 + int.from_bytes(octets[at + 1 : at + 5])
    raise DecodeError(f"unknown constructor {constructor:#x}")


_FIXED_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}


def _constant(value: object) -> Reader:
    return lambda _, at: (value, at)


def _number(layout: str, kind: Callable[[int], object]) -> Reader:
    unpack, width = struct.Struct(f">{layout}").unpack_from, struct.calcsize(f">{layout}")
    return lambda octets, at: (kind(unpack(octets, at)[0]), at + width)


def _opaque(constructor: int, width: int) -> Reader:
    return lambda octets, at: (Opaque(constructor, octets[at : at + width]), at + width)


def _octets(width: int, kind: Callable[[bytes], object]) -> Reader:
    def read(octets: bytes, at: int) -> tuple[object, int]:
        start = at + width
        end = start + int.from_bytes(octets[at:start])
        if end > len(octets):
            raise DecodeError("the value ends too early")
        return kind(octets[start:end]), end

    return read


def _text(octets: bytes) -> str:
    return octets.decode()


def _symbol(octets: bytes) -> Symbol:
    return Symbol(octets.decode("ascii"))


def _uuid(octets: bytes, at: int) -> tuple[object, int]:
    return UUID(bytes=octets[at : at + 16]), at + 16


def _count(octets: bytes, at: int, width: int) -> int:
    """How many items follow; more than there are bytes is a lie."""
    count = int.from_bytes(octets[at + width : at + 2 * width])
    if count > len(octets):
        raise DecodeError(f"{count} items in {len(octets)} bytes")
    return count


def _items(octets: bytes, at: int, width: int) -> tuple[list[object], int]:
    """The items of a list or map whose size and count take ``width`` bytes each."""
    count = _count(octets, at, width)
    at += 2 * width
    items = []
    for _ in range(count):
        item, at = decode(octets, at)
        items.append(item)
    return items, at


def _list(width: int) -> Reader:
    return lambda octets, at: _items(octets, at, width)


def _map(width: int) -> Reader:
    def read(octets: bytes, at: int) -> tuple[object, int]:
        items, at = _items(octets, at, width)
        return dict(zip(items[::2], items[1::2], strict=True)), at

    return read


def _array(width: int) -> Reader:
    def read(octets: bytes, at: int) -> tuple[object, int]:
        count = _count(octets, at, width)
        constructor = octets[at + 2 * width]
        at += 2 * width + 1
        if constructor == 0x00:
            at = skip(octets, at)
            constructor, at = octets[at], at + 1
        items = []
        for _ in range(count):
            item, at = _READERS[constructor](octets, at)
            items.append(item)
        return Array(items, constructor), at

    return read


def _described(octets: bytes, at: int) -> tuple[object, int]:
    descriptor, at = decode(octets, at)
    value, at = decode(octets, at)
    build = COMPOSITES.get(descriptor) if isinstance(descriptor, int) else None
    if build is not None and isinstance(value, list):
        return build(value), at
    return Described(descriptor, value), at


_READERS: dict[int, Reader] = {
    0x00: _described,
    0x40: _constant(None),
    0x41: _constant(True),
    0x42: _constant(False),
    0x43: _constant(Uint(0)),
    0x44: _constant(Ulong(0)),
    0x45: lambda _, at: ([], at),
    0x50: _number("B", Ubyte),
    0x51: _number("b", Byte),
    0x52: _number("B", Uint),
    0x53: _number("B", Ulong),
    0x54: _number("b", Int),
    0x55: _number("b", int),
    0x56: _number("?", bool),
    0x60: _number("H", Ushort),
    0x61: _number("h", Short),
    0x70: _number("I", Uint),
    0x71: _number("i", Int),
    0x72: _number("f", Float),
    0x73: _number("I", Char),
    0x74: _opaque(0x74, 4),
    0x80: _number("Q", Ulong),
    0x81: _number("q", int),
    0x82: _number("d", float),
    0x83: _number("q", Timestamp),
    0x84: _opaque(0x84, 8),
    0x94: _opaque(0x94, 16),
    0x98: _uuid,
    0xA0: _octets(1, bytes),
    0xA1: _octets(1, _text),
    0xA3: _octets(1, _symbol),
    0xB0: _octets(4, bytes),
    0xB1: _octets(4, _text),
    0xB3: _octets(4, _symbol),
    0xC0: _list(1),
    0xC1: _map(1),
    0xD0: _list(4),
    0xD1: _map(4),
    0xE0: _array(1),
    0xF0: _array(4),
}
