"""A Service Bus for the local run: AMQP 1.0, Microsoft's emulator configuration, durable in SQLite.

In a test::

    async with running_broker(load_config(path), clock=VirtualClock()) as broker:
        ServiceBusClient.from_connection_string(broker.connection_string)
        broker.advance(61)
        broker.faults.drop_connections()
"""

from local.servicebus.core.clock import ShiftedClock, SystemClock, VirtualClock
from local.servicebus.core.config import load_config, parse_config
from local.servicebus.core.model import QueueSettings
from local.servicebus.server.broker import Broker, running_broker

__all__ = [
    "Broker",
    "QueueSettings",
    "ShiftedClock",
    "SystemClock",
    "VirtualClock",
    "load_config",
    "parse_config",
    "running_broker",
]
