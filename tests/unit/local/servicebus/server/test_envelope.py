"""Between AMQP messages and records."""

from uuid import UUID

from local.servicebus.amqp.encode import encode, encode_described
from local.servicebus.amqp.message import DATA, Message, encode_message, parse_message
from local.servicebus.amqp.types import Symbol, Timestamp, Uint
from local.servicebus.core.model import DeadLetterReason, Lock, Record
from local.servicebus.server.envelope import BATCH_FORMAT, read_content, read_contents, read_properties, write_record

BODY = encode_described(DATA, encode(b"body"))


def test_what_a_sender_gives_is_read() -> None:
    """Id, session, life and schedule come from the sections they stand in."""
    message = Message(
        header=[None, None, Uint(5_000)],
        annotations={Symbol("x-opt-scheduled-enqueue-time"): Timestamp(77)},
        properties=[UUID(int=1), *[None] * 9, "session"],
        body=BODY,
    )
    content = read_content(encode_message(message))
    assert (content.message_id, content.session_id) == (str(UUID(int=1)), "session")
    assert (content.ttl_ms, content.scheduled_ms) == (5_000, 77)


def test_a_batch_is_taken_apart() -> None:
    """Each data section is a message; one without an id gets one of its own."""
    inner = [encode_message(Message(properties=["1"], body=BODY)), encode_message(Message(body=BODY))]
    batch = b"".join(encode_described(DATA, encode(octets)) for octets in inner)
    first, second = read_contents(BATCH_FORMAT, batch)
    assert first.message_id == "1"
    assert second.message_id
    assert parse_message(second.payload).property("message_id") == second.message_id


def test_what_the_broker_knows_is_sent() -> None:
    """Numbers, times, lock and reason are written; what a sender pretended of them is not."""
    sent = Message(
        annotations={Symbol("x-opt-sequence-number"): 666, Symbol("x-own"): "kept"},
        properties=["id"],
        application_properties={"own": 1, "DeadLetterReason": "old"},
        body=BODY,
    )
    record = Record(read_content(encode_message(sent)), 5, 1_000, 4, expires_ms=3_000, delivery_count=2, source="from")
    record.dead_letter = DeadLetterReason("new", None)
    record.lock = Lock(UUID(int=9), 2_000)
    told = parse_message(write_record(record))
    assert told.header[2:] == [2_000, None, 2]
    assert told.annotations == {
        "x-own": "kept",
        "x-opt-sequence-number": 5,
        "x-opt-enqueued-time": 1_000,
        "x-opt-enqueue-sequence-number": 4,
        "x-opt-message-state": 0,
        "x-opt-locked-until": 2_000,
        "x-opt-deadletter-source": "from",
    }
    assert told.application_properties == {"own": 1, "DeadLetterReason": "new"}
    assert told.body == BODY


def test_filters_see_broker_and_application_properties() -> None:
    """Under the names of the filter language."""
    seen = read_properties(
        encode_message(Message(properties=["id", None, "to", "subject"], application_properties={"a": 1}))
    )
    assert (seen.system["label"], seen.system["messageid"], seen.system["to"]) == ("subject", "id", "to")
    assert seen.user("A") == 1
