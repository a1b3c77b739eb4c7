"""Topics, subscriptions and forwarding: the real sync SDK against the namespace under test."""

from typing import Any

from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode


def drain(namespace: Any, subscription: str) -> list[str]:
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    with namespace.client.get_subscription_receiver("orders", subscription, receive_mode=mode) as receiver:
        return [str(message) for message in receiver.receive_messages(100, max_wait_time=0.5)]


def test_subscriptions_take_what_their_rules_match(namespace: Any) -> None:
    """Correlation and SQL filters, and a subscription without rules that takes everything."""
    messages = [
        ServiceBusMessage("small", subject="order", application_properties={"country": "FI", "amount": 5}),
        ServiceBusMessage("big", subject="order", application_properties={"country": "SE", "amount": 500}),
        ServiceBusMessage("both", subject="order", application_properties={"country": "FI", "amount": 100}),
        ServiceBusMessage("other", subject="note", application_properties={"country": "FI", "amount": 100}),
        ServiceBusMessage("bare"),
    ]
    with namespace.client.get_topic_sender("orders") as sender:
        sender.send_messages(messages)
    assert drain(namespace, "all") == ["small", "big", "both", "other", "bare"]
    assert drain(namespace, "finnish") == ["small", "both"]
    assert drain(namespace, "large") == ["big", "both"]


def test_a_message_is_forwarded_to_the_queue_named(namespace: Any, ends: Any) -> None:
    """What is sent to one queue arrives in the other."""
    target = ends()
    source = namespace.make_queue(forward_to=target.queue)
    with namespace.client.get_queue_sender(source) as sender:
        sender.send_messages(ServiceBusMessage("moved"))
    message = target.receive()
    target.receiver.complete_message(message)
    assert str(message) == "moved"
