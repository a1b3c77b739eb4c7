"""Microsoft's administration client against the namespace under test."""

import datetime
from typing import Any

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.servicebus import ServiceBusMessage


def test_a_queue_is_created_found_listed_and_deleted(namespace: Any) -> None:
    """What was asked for is what is found."""
    name = namespace.make_queue(max_delivery_count=7, requires_session=True)
    found = namespace.administration.get_queue(name)
    assert (found.max_delivery_count, found.requires_session) == (7, True)
    assert found.lock_duration == datetime.timedelta(seconds=5)
    assert name in [queue.name for queue in namespace.administration.list_queues()]
    with pytest.raises(ResourceExistsError):
        namespace.administration.create_queue(name)
    namespace.administration.delete_queue(name)
    with pytest.raises(ResourceNotFoundError):
        namespace.administration.get_queue(name)
    with pytest.raises(ResourceNotFoundError):
        namespace.administration.delete_queue(name)


def test_counts_tell_where_messages_are(namespace: Any, ends: Any) -> None:
    """Active (locked ones too), scheduled and dead messages are counted apart."""
    end = ends()
    due = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    end.sender.send_messages([ServiceBusMessage("dead"), ServiceBusMessage("locked"), ServiceBusMessage("ready")])
    end.sender.schedule_messages(ServiceBusMessage("scheduled"), due)
    end.receiver.dead_letter_message(end.receive(), reason="r")
    end.receive()
    found = namespace.administration.get_queue_runtime_properties(end.queue)
    assert (found.active_message_count, found.scheduled_message_count, found.dead_letter_message_count) == (2, 1, 1)
    listed = {queue.name: queue for queue in namespace.administration.list_queues_runtime_properties()}
    assert listed[end.queue].active_message_count == 2
