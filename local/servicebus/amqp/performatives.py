"""The composites of the transport and messaging layers as named tuples (OASIS AMQP 1.0, 2.7, 2.8, 3.4, 3.5, 5.3).

Fields carry their wire type. **All fields are always written, trailing nulls too**: widely used clients index into
the lists without looking at their length. Fields a peer leaves out are None.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Annotated, Any, NamedTuple, Protocol, get_type_hints

from local.servicebus.amqp import decode as decoding
from local.servicebus.amqp import encode as encoding
from local.servicebus.amqp.types import Symbol

UintField = Annotated[int | None, encoding.encode_uint]
UbyteField = Annotated[int | None, lambda value: bytes((0x50, value))]
UshortField = Annotated[int | None, lambda value: b"\x60" + value.to_bytes(2)]
UlongField = Annotated[int | None, encoding.encode_ulong]
BoolField = Annotated[bool | None, encoding.encode_bool]
StringField = Annotated[str | None, encoding.encode_string]
SymbolField = Annotated[str | None, encoding.encode_symbol]
BinaryField = Annotated[bytes | None, encoding.encode_binary]
MapField = Annotated[dict[Any, Any] | None, encoding.encode]
AnyField = Annotated[Any, encoding.encode]


class LinkRole(IntEnum):
    """Which end of a link speaks; on the wire ``false`` and ``true``."""

    SENDER = 0
    RECEIVER = 1


class Composite(Protocol):
    """Anything below: a tuple of fields."""

    def __iter__(self) -> Any: ...


class Open(NamedTuple):
    container_id: StringField = None
    hostname: StringField = None
    max_frame_size: UintField = None
    channel_max: UshortField = None
    idle_time_out: UintField = None
    outgoing_locales: AnyField = None
    incoming_locales: AnyField = None
    offered_capabilities: AnyField = None
    desired_capabilities: AnyField = None
    properties: MapField = None


class Begin(NamedTuple):
    remote_channel: UshortField = None
    next_outgoing_id: UintField = None
    incoming_window: UintField = None
    outgoing_window: UintField = None
    handle_max: UintField = None
    offered_capabilities: AnyField = None
    desired_capabilities: AnyField = None
    properties: MapField = None


class Source(NamedTuple):
    address: StringField = None
    durable: UintField = None
    expiry_policy: SymbolField = None
    timeout: UintField = None
    dynamic: BoolField = None
    dynamic_node_properties: MapField = None
    distribution_mode: SymbolField = None
    filter: MapField = None
    default_outcome: AnyField = None
    outcomes: AnyField = None
    capabilities: AnyField = None


class LinkTarget(NamedTuple):
    address: StringField = None
    durable: UintField = None
    expiry_policy: SymbolField = None
    timeout: UintField = None
    dynamic: BoolField = None
    dynamic_node_properties: MapField = None
    capabilities: AnyField = None


class Attach(NamedTuple):
    name: StringField = None
    handle: UintField = None
    role: BoolField = None
    snd_settle_mode: UbyteField = None
    rcv_settle_mode: UbyteField = None
    source: AnyField = None
    target: AnyField = None
    unsettled: MapField = None
    incomplete_unsettled: BoolField = None
    initial_delivery_count: UintField = None
    max_message_size: UlongField = None
    offered_capabilities: AnyField = None
    desired_capabilities: AnyField = None
    properties: MapField = None


class Flow(NamedTuple):
    next_incoming_id: UintField = None
    incoming_window: UintField = None
    next_outgoing_id: UintField = None
    outgoing_window: UintField = None
    handle: UintField = None
    delivery_count: UintField = None
    link_credit: UintField = None
    available: UintField = None
    drain: BoolField = None
    echo: BoolField = None
    properties: MapField = None


class Transfer(NamedTuple):
    handle: UintField = None
    delivery_id: UintField = None
    delivery_tag: BinaryField = None
    message_format: UintField = None
    settled: BoolField = None
    more: BoolField = None
    rcv_settle_mode: UbyteField = None
    state: AnyField = None
    resume: BoolField = None
    aborted: BoolField = None
    batchable: BoolField = None


class Disposition(NamedTuple):
    role: BoolField = None
    first: UintField = None
    last: UintField = None
    settled: BoolField = None
    state: AnyField = None
    batchable: BoolField = None


class Detach(NamedTuple):
    handle: UintField = None
    closed: BoolField = None
    error: AnyField = None


class End(NamedTuple):
    error: AnyField = None


class Close(NamedTuple):
    error: AnyField = None


class Error(NamedTuple):
    """``info`` is written as null when empty; a list of two items makes a client's reject handler fail."""

    condition: SymbolField = None
    description: StringField = None
    info: MapField = None


class Accepted(NamedTuple):
    """An empty list on the wire."""


class Rejected(NamedTuple):
    error: AnyField = None


class Released(NamedTuple):
    """An empty list on the wire."""


class Modified(NamedTuple):
    delivery_failed: BoolField = None
    undeliverable_here: BoolField = None
    message_annotations: MapField = None


class SaslMechanisms(NamedTuple):
    mechanisms: AnyField = None


class SaslInit(NamedTuple):
    mechanism: SymbolField = None
    initial_response: BinaryField = None
    hostname: StringField = None


class SaslOutcome(NamedTuple):
    code: UbyteField = None
    additional_data: BinaryField = None


CODES: dict[type, int] = {
    Open: 0x10,
    Begin: 0x11,
    Attach: 0x12,
    Flow: 0x13,
    Transfer: 0x14,
    Disposition: 0x15,
    Detach: 0x16,
    End: 0x17,
    Close: 0x18,
    Error: 0x1D,
    Accepted: 0x24,
    Rejected: 0x25,
    Released: 0x26,
    Modified: 0x27,
    Source: 0x28,
    LinkTarget: 0x29,
    SaslMechanisms: 0x40,
    SaslInit: 0x41,
    SaslOutcome: 0x44,
}


def _encoder(kind: type, code: int) -> Callable[..., bytes]:
    writers = [hint.__metadata__[0] for hint in get_type_hints(kind, include_extras=True).values()]

    def encode_composite(value: Composite) -> bytes:
        fields = [encoding.NULL if field is None else write(field) for write, field in zip(writers, value, strict=True)]
        return encoding.encode_described(code, encoding.encode_list(fields))

    return encode_composite


def _builder(kind: type) -> Callable[[list[object]], object]:
    width = len(get_type_hints(kind))
    return lambda fields: kind(*fields[:width])


for _kind, _code in CODES.items():
    encoding.register(_kind, _encoder(_kind, _code))
    decoding.COMPOSITES[_code] = _builder(_kind)


def error(condition: str, description: str) -> Error:
    """An AMQP error as links, sessions and dispositions carry it."""
    return Error(condition=Symbol(condition), description=description)
