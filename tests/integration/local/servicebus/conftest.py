"""Where the contract suite runs: our broker, or whatever ``SERVICEBUS_CONNECTION`` points to.

For the official emulator: start it with ``contract.json`` of this folder; its administration is asked on port 5300.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.management import ServiceBusAdministrationClient

from tests.fixtures.servicebus import SLEEP, BrokerProcess, PlainHttpTransport

CONTRACT = Path(__file__).parent / "contract.json"
OFFICIAL_HTTP_PORT = 5300
LOCK = "PT5S"
LOCK_OVER_S = 5.5


@dataclass(frozen=True)
class Witnessed:
    """A namespace under test. ``ours`` is None when it is not our broker: then time only passes by itself."""

    connection: str
    administration: ServiceBusAdministrationClient
    client: ServiceBusClient
    ours: BrokerProcess | None

    def make_queue(self, **settings: Any) -> str:
        name = f"q-{uuid4().hex[:12]}"
        self.administration.create_queue(name, **{"lock_duration": LOCK, "max_delivery_count": 3, **settings})
        return name

    def let_pass(self, seconds: float) -> None:
        if self.ours is not None:
            self.ours.advance(seconds)
        else:
            SLEEP(seconds)


@pytest.fixture(scope="session")
def namespace() -> Iterator[Witnessed]:
    external = os.environ.get("SERVICEBUS_CONNECTION")
    ours = None if external else BrokerProcess(CONTRACT, clock="shifted").start()
    connection = ours.connection_string if ours else str(external)
    admin = (
        ours.admin_connection_string if ours else re.sub(r"(:\d+)?;", f":{OFFICIAL_HTTP_PORT};", connection, count=1)
    )
    # Without keep-alive threads a sender closes at once instead of after half a second; without retries a refusal is
    # told at once instead of after twelve.
    with (
        ServiceBusAdministrationClient.from_connection_string(admin, transport=PlainHttpTransport()) as administration,
        ServiceBusClient.from_connection_string(connection, keep_alive=0, retry_total=0) as client,
    ):
        yield Witnessed(connection, administration, client, ours)
    if ours:
        assert ours.stop() == 0


@dataclass(frozen=True)
class Ends:
    """A queue with a sender and a peek-lock receiver on it."""

    queue: str
    sender: ServiceBusSender
    receiver: ServiceBusReceiver

    def receive(self, wait_s: float = 5) -> Any:
        """The next message; fails when none comes."""
        found = self.receiver.receive_messages(1, max_wait_time=wait_s)
        assert found, "no message came"
        return found[0]

    def is_empty(self) -> bool:
        """Nothing is ready, locked, scheduled or deferred."""
        return not self.receiver.peek_messages(sequence_number=1)

    def close(self) -> None:
        self.sender.close()
        self.receiver.close()


@pytest.fixture(scope="session")
def kept_ends() -> Iterator[list[Ends]]:
    """Those that the next test takes: opening ends takes the SDK a second."""
    kept: list[Ends] = []
    yield kept
    for ends in kept:
        ends.close()


@pytest.fixture
def plain(namespace: Witnessed, kept_ends: list[Ends]) -> Iterator[Ends]:
    """A plain queue, empty: the one of the test before, unless that has left something in it."""
    if not kept_ends:
        queue = namespace.make_queue()
        kept_ends.append(
            Ends(queue, namespace.client.get_queue_sender(queue), namespace.client.get_queue_receiver(queue))
        )
    (ends,) = kept_ends
    yield ends
    if not ends.is_empty():
        kept_ends.clear()
        ends.close()


@pytest.fixture
def ends(namespace: Witnessed) -> Iterator[Callable[..., Ends]]:
    """Makes a queue with the settings given, and its ends."""
    opened: list[ServiceBusSender | ServiceBusReceiver] = []

    def make(**settings: Any) -> Ends:
        queue = namespace.make_queue(**settings)
        made = Ends(queue, namespace.client.get_queue_sender(queue), namespace.client.get_queue_receiver(queue))
        opened.extend((made.sender, made.receiver))
        return made

    yield make
    for end in opened:
        end.close()


@pytest.fixture
def dead_letters(namespace: Witnessed) -> Callable[[str], list[Any]]:
    """Receives and completes everything in the dead-letter queue of an entity."""

    def drain(queue: str) -> list[Any]:
        with namespace.client.get_queue_receiver(queue, sub_queue="deadletter") as receiver:
            found = receiver.receive_messages(100, max_wait_time=0.5)
            for message in found:
                receiver.complete_message(message)
        return found

    return drain
