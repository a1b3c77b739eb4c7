"""Python values that remember their AMQP type, so that what was decoded is encoded again exactly as it came.

``None``, ``bool``, ``bytes``, ``str``, ``float`` (double), ``UUID``, ``list`` and ``dict`` stand for themselves; a
plain ``int`` is a long. OASIS AMQP 1.0, part 1, section 1.6.
"""

from typing import NamedTuple


class Ubyte(int):
    """Unsigned, 8 bits."""


class Ushort(int):
    """Unsigned, 16 bits."""


class Uint(int):
    """Unsigned, 32 bits."""


class Ulong(int):
    """Unsigned, 64 bits."""


class Byte(int):
    """Signed, 8 bits."""


class Short(int):
    """Signed, 16 bits."""


class Int(int):
    """Signed, 32 bits."""


class Timestamp(int):
    """Milliseconds since 1970-01-01T00:00Z."""


class Float(float):
    """IEEE 754, 32 bits."""


class Char(int):
    """One Unicode character, as its code point."""


class Symbol(str):
    """A name from a constrained domain, ASCII."""

    __slots__ = ()


class Opaque(NamedTuple):
    """A value passed through unread (decimals): its constructor and its bytes."""

    constructor: int
    octets: bytes


class Array(list[object]):
    """Values of one type. ``constructor`` is what stood before them, kept so that an empty one is still typed."""

    def __init__(self, items: list[object], constructor: int) -> None:
        super().__init__(items)
        self.constructor = constructor


class Described(NamedTuple):
    """A value with a descriptor that this broker has no class for."""

    descriptor: object
    value: object


class DecodeError(ValueError):
    """The bytes are not AMQP."""
