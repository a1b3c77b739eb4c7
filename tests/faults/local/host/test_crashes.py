from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from tests.fixtures.functions_host import ROOT, ChildHost, RunningHost, StartHost
from tests.fixtures.servicebus import BrokerProcess
from tests.fixtures.waiting import eventually

APP = ROOT / "tests/integration/local/host/apps/sample"
QUEUE = "callbacks"
LOCK_S = 61

MakeBroker = Callable[..., BrokerProcess]
MakeChild = Callable[..., ChildHost]


@pytest.fixture
def broker(make_broker: MakeBroker) -> BrokerProcess:
    """One that can be killed, and whose clock can be moved past a lock."""
    return make_broker(clock="shifted")


def settings(broker: BrokerProcess) -> Mapping[str, str]:
    return {
        "SAMPLE_SCHEDULE": "0 0 1 1 1 *",
        "SAMPLE_QUEUE": QUEUE,
        "SERVICEBUS_CONNECTION": broker.connection_string,
    }


def send(broker: BrokerProcess, *bodies: str) -> None:
    with (
        ServiceBusClient.from_connection_string(broker.connection_string) as client,
        client.get_queue_sender(QUEUE) as sender,
    ):
        sender.send_messages([ServiceBusMessage(body) for body in bodies])


def deliveries(seen: list[dict[str, Any]], body: str) -> list[int]:
    return [one["deliveries"] for one in seen if one.get("body") == body]


def seen_by(child: ChildHost) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{child.url}/api/seen").json()["seen"]
    return found


async def done_by(running: RunningHost, body: str, times: int = 1) -> None:
    await eventually(lambda: len(deliveries(running.module.seen, body)) == times, 20)


async def test_a_host_finds_its_broker_again(functions_host: StartHost, broker: BrokerProcess) -> None:
    """Killed and started again, the broker has its listener back without a restart of the host."""
    running = await functions_host(APP, settings(broker))
    send(broker, "before")
    await eventually(lambda: broker.counts(QUEUE)["active"] == 0)
    broker.kill()
    broker.start()
    send(broker, "after")
    await done_by(running, "after")
    await eventually(lambda: broker.counts(QUEUE)["active"] == 0)


async def test_a_host_waits_for_a_broker_that_is_away(functions_host: StartHost, broker: BrokerProcess) -> None:
    """However long it is away: what is sent afterwards arrives, and HTTP is served meanwhile."""
    running = await functions_host(APP, settings(broker))
    broker.kill()
    await eventually(lambda: not running.host.listening)
    assert (await running.client.get("/api/seen")).status_code == 200
    broker.start()
    await eventually(lambda: running.host.listening)
    send(broker, "after")
    await done_by(running, "after")


async def test_a_message_in_hand_when_the_broker_dies_comes_again(
    functions_host: StartHost, broker: BrokerProcess
) -> None:
    """The function ends, its completion cannot be told, and after its lock the message is delivered once more."""
    running = await functions_host(APP, settings(broker))
    send(broker, "slow 1")
    await done_by(running, "slow 1")
    broker.kill()
    await eventually(lambda: running.module.running["now"] == 0)
    broker.start()
    await eventually(lambda: running.host.listening)
    broker.advance(LOCK_S)
    await done_by(running, "slow 1", times=2)
    assert deliveries(running.module.seen, "slow 1") == [1, 2]
    await eventually(lambda: broker.counts(QUEUE)["active"] == 0)


async def test_a_message_in_hand_when_the_host_dies_comes_again(child_host: MakeChild, broker: BrokerProcess) -> None:
    """kill -9 in a call: after the lock the next host gets the message, with its delivery counted."""
    child = child_host(APP, settings(broker)).start()
    send(broker, "slow 1", "quick")
    await eventually(lambda: len(seen_by(child)) == 2)
    child.kill()
    child.start()
    broker.advance(LOCK_S)
    await eventually(lambda: deliveries(seen_by(child), "slow 1") == [2], 20)
    assert deliveries(seen_by(child), "quick") in ([], [2])
    await eventually(lambda: broker.counts(QUEUE)["active"] == 0)


async def test_a_host_asked_to_stop_finishes_its_calls(child_host: MakeChild, broker: BrokerProcess) -> None:
    """SIGTERM in a call: the call is completed, the exit code 0, and nothing comes again."""
    child = child_host(APP, settings(broker)).start()
    send(broker, "slow 1")
    await eventually(lambda: len(seen_by(child)) == 1)
    assert child.stop() == 0
    broker.advance(LOCK_S)
    assert broker.counts(QUEUE) == {"active": 0, "dead_letter": 0, "scheduled": 0}


def test_a_killed_host_serves_again_under_its_address(child_host: MakeChild, broker: BrokerProcess) -> None:
    """The host started again has the same port and the same keys."""
    child = child_host(APP, settings(broker), auth=True).start()
    address = child.url
    child.kill()
    child.start()
    assert child.url == address
    assert httpx.get(f"{child.url}/api/own?code={child.keys.default}").text == "opened"
