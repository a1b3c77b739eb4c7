"""Entities by address, forwarding, topics, and queues made at run time."""

import json
from typing import Any

import pytest

from local.servicebus.core.clock import VirtualClock
from local.servicebus.core.config import parse_config
from local.servicebus.core.errors import EntityNotFound, NotAllowed
from local.servicebus.core.filters import Properties
from local.servicebus.core.model import Context, QueueSettings
from local.servicebus.core.namespace import EntityExists, Namespace
from local.servicebus.core.store import BrokerStore
from tests.unit.local.servicebus.core.queues import Receiver, World, content


def namespace_of(queues: list[Any], topics: list[Any]) -> Namespace:
    namespace = {"Name": "sbemulatorns", "Queues": queues, "Topics": topics}
    config = parse_config(json.dumps({"UserConfig": {"Namespaces": [namespace]}}))
    store = BrokerStore(None)
    return Namespace(
        config, store, Context(VirtualClock(0), store), lambda payload: Properties({"label": payload.decode()}, {})
    )


def test_addresses_are_found_without_regard_to_case(world: World) -> None:
    """A queue, its dead letters under both spellings, and nothing else."""
    queue = world.queue("Callbacks")
    namespace = world.namespace
    assert namespace.sendable("CALLBACKS") is namespace.receivable("callbacks") is queue
    dead = namespace.receivable("Callbacks/$DeadLetterQueue")
    assert namespace.receivable("callbacks/$Transfer/$DeadLetterQueue") is dead
    with pytest.raises(NotAllowed):
        namespace.sendable("callbacks/$DeadLetterQueue")
    for look_up in (namespace.sendable, namespace.receivable, namespace.managed, namespace.queue):
        with pytest.raises(EntityNotFound):
            look_up("nothing")


def test_a_topic_gives_to_the_subscriptions_that_match() -> None:
    """Each gets a message of its own; a scheduled one goes out when its time has come."""
    rule = {"Properties": {"FilterType": "Correlation", "CorrelationFilter": {"Label": "yes"}}}
    namespace = namespace_of([], [{"Name": "t", "Subscriptions": [{"Name": "All"}, {"Name": "some", "Rules": [rule]}]}])
    for payload in ("yes", "no"):
        namespace.sendable("t").send(content(payload))
    number = namespace.sendable("t").send(content("yes", scheduled_ms=5))
    namespace.managed("t").cancel([number])
    assert namespace.counts("t/Subscriptions/all").active == 2
    assert namespace.counts("t/subscriptions/some").active == 1
    with pytest.raises(NotAllowed):
        namespace.receivable("t")
    with pytest.raises(NotAllowed):
        namespace.sendable("t/subscriptions/all")


def test_messages_and_dead_letters_are_forwarded() -> None:
    """The dead letter says where it came from and why it died."""
    properties = {"ForwardTo": "b"}
    namespace = namespace_of(
        [
            {"Name": "a", "Properties": properties},
            {"Name": "b", "Properties": {"ForwardDeadLetteredMessagesTo": "graves"}},
            {"Name": "graves"},
        ],
        [],
    )
    namespace.sendable("a").send(content())
    receiver = Receiver()
    namespace.receivable("b").attach(receiver)
    namespace.receivable("b").dead_letter(receiver.tokens[0], "why", None)
    (record,) = namespace.receivable("graves").peek(1, 10)
    assert record.source == "b"
    assert record.dead_letter is not None
    assert record.dead_letter.reason == "why"
    assert namespace.counts("b").total == 0


def test_a_message_that_the_target_cannot_take_dies() -> None:
    """Without a session id it cannot be forwarded to a session queue."""
    namespace = namespace_of(
        [{"Name": "a", "Properties": {"ForwardTo": "b"}}, {"Name": "b", "Properties": {"RequiresSession": True}}], []
    )
    namespace.sendable("a").send(content())
    assert namespace.counts("a").dead_letter == 1


def test_forwarding_must_lead_somewhere_and_not_round_in_a_circle(world: World) -> None:
    """A missing target, a circle, and the deletion of a target are refused, and nothing is left of the attempt."""
    with pytest.raises(EntityNotFound):
        world.queue("lost", forward_to="nowhere")
    with pytest.raises(NotAllowed):
        world.queue("circle", forward_to="circle")
    assert world.namespace.queue_names() == []
    world.queue("target")
    world.queue("source", forward_to="target")
    with pytest.raises(NotAllowed):
        world.namespace.delete_queue("target")


def test_a_made_queue_lives_until_it_is_deleted(world: World) -> None:
    """It is there after a restart with its settings and messages; deleted, it leaves nothing behind."""
    world.queue("Made", max_delivery_count=2, lock_duration_ms=7_000)
    with pytest.raises(EntityExists):
        world.queue("made")
    world.namespace.queue("made").send(content(ttl_ms=100))
    after = world.restarted()
    assert after.namespace.queue("Made").settings == QueueSettings(7_000, 2)
    assert after.namespace.counts("made").active == 1
    receiver = Receiver()
    after.namespace.queue("made").attach(receiver)
    after.namespace.delete_queue("made")
    assert [type(reason) for reason in receiver.losses] == [EntityNotFound]
    after.let_pass(1_000)
    last = after.restarted()
    assert last.namespace.queue_names() == []
    last.queue("made")
    assert last.namespace.counts("made").total == 0
