"""Values to bytes. Compact forms are used where the specification has them; arrays take the long form."""

import struct
from collections.abc import Callable
from uuid import UUID

from local.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
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

NULL = b"\x40"
SHORT_MAX = 0xFF


def encode(value: object) -> bytes:
    """The AMQP encoding of ``value``. Raises TypeError for a type that AMQP has no form for."""
    encoder = ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"AMQP has no form for {type(value).__name__}")
    return encoder(value)


def register(kind: type, encoder: Callable[..., bytes]) -> None:
    """Makes ``encode`` know a class of composites."""
    ENCODERS[kind] = encoder


def encode_uint(value: int) -> bytes:
    if value == 0:
        return b"\x43"
    return bytes((0x52, value)) if value <= SHORT_MAX else struct.pack(">BI", 0x70, value)


def encode_ulong(value: int) -> bytes:
    if value == 0:
        return b"\x44"
    return bytes((0x53, value)) if value <= SHORT_MAX else struct.pack(">BQ", 0x80, value)


def encode_int(value: int) -> bytes:
    return struct.pack(">Bb", 0x54, value) if -128 <= value <= 127 else struct.pack(">Bi", 0x71, value)


def encode_long(value: int) -> bytes:
    return struct.pack(">Bb", 0x55, value) if -128 <= value <= 127 else struct.pack(">Bq", 0x81, value)


def encode_bool(value: bool) -> bytes:
    return b"\x41" if value else b"\x42"


def encode_binary(value: bytes) -> bytes:
    return _sized(0xA0, 0xB0, bytes(value))


def encode_string(value: str) -> bytes:
    return _sized(0xA1, 0xB1, value.encode())


def encode_symbol(value: str) -> bytes:
    return _sized(0xA3, 0xB3, value.encode("ascii"))


def encode_described(code: int, encoded: bytes) -> bytes:
    """``encoded`` under a numeric descriptor, written as smallulong because clients read the third byte blindly."""
    return bytes((0x00, 0x53, code)) + encoded


def encode_list(encoded_items: list[bytes]) -> bytes:
    """A list of already encoded items."""
    return _compound(0xC0, 0xD0, encoded_items)


def encode_map(value: dict[object, object]) -> bytes:
    return _compound(0xC1, 0xD1, [encode(item) for pair in value.items() for item in pair])


def encode_array(value: Array) -> bytes:
    """An array in its long form; an empty one is null, which every client reads as none."""
    if not value:
        return NULL
    constructor, pack = _ARRAY_ITEMS[type(value[0])]
    body = struct.pack(">IB", len(value), constructor) + b"".join(pack(item) for item in value)
    return struct.pack(">BI", 0xF0, len(body)) + body


def _sized(short: int, long: int, octets: bytes) -> bytes:
    if len(octets) <= SHORT_MAX:
        return bytes((short, len(octets))) + octets
    return struct.pack(">BI", long, len(octets)) + octets


def _compound(short: int, long: int, encoded_items: list[bytes]) -> bytes:
    body = b"".join(encoded_items)
    if len(body) < SHORT_MAX and len(encoded_items) <= SHORT_MAX:
        return bytes((short, len(body) + 1, len(encoded_items))) + body
    return struct.pack(">BII", long, len(body) + 4, len(encoded_items)) + body


def _encode_described_value(value: Described) -> bytes:
    return b"\x00" + encode(value.descriptor) + encode(value.value)


def _long_sized(octets: bytes) -> bytes:
    return struct.pack(">I", len(octets)) + octets


ENCODERS: dict[type, Callable[..., bytes]] = {
    type(None): lambda _: NULL,
    bool: encode_bool,
    Ubyte: lambda value: bytes((0x50, value)),
    Ushort: lambda value: struct.pack(">BH", 0x60, value),
    Uint: encode_uint,
    Ulong: encode_ulong,
    Byte: lambda value: struct.pack(">Bb", 0x51, value),
    Short: lambda value: struct.pack(">Bh", 0x61, value),
    Int: encode_int,
    int: encode_long,
    Float: lambda value: struct.pack(">Bf", 0x72, value),
    float: lambda value: struct.pack(">Bd", 0x82, value),
    Char: lambda value: struct.pack(">BI", 0x73, value),
    Timestamp: lambda value: struct.pack(">Bq", 0x83, value),
    UUID: lambda value: b"\x98" + value.bytes,
    Opaque: lambda value: bytes((value.constructor,)) + value.octets,
    bytes: encode_binary,
    str: encode_string,
    Symbol: encode_symbol,
    list: lambda value: encode_list([encode(item) for item in value]),
    dict: encode_map,
    Array: encode_array,
    Described: _encode_described_value,
}

_ARRAY_ITEMS: dict[type, tuple[int, Callable[..., bytes]]] = {
    UUID: (0x98, lambda item: item.bytes),
    int: (0x81, lambda item: struct.pack(">q", item)),
    Int: (0x71, lambda item: struct.pack(">i", item)),
    Uint: (0x70, lambda item: struct.pack(">I", item)),
    Ulong: (0x80, lambda item: struct.pack(">Q", item)),
    Timestamp: (0x83, lambda item: struct.pack(">q", item)),
    str: (0xB1, lambda item: _long_sized(item.encode())),
    Symbol: (0xB3, lambda item: _long_sized(item.encode("ascii"))),
    bytes: (0xB0, _long_sized),
    dict: (0xD1, lambda item: encode_map_long(item)),
}


def encode_map_long(value: dict[object, object]) -> bytes:
    """The body of a map in its long form, as it stands inside an array."""
    items = [encode(item) for pair in value.items() for item in pair]
    body = b"".join(items)
    return struct.pack(">II", len(body) + 4, len(items)) + body
