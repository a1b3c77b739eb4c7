import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fixtures.functions_host import NOBODY, ROOT, ChildHost, StartHost
from tests.fixtures.servicebus import BrokerProcess

APP = Path(__file__).parent / "apps" / "sample"
MakeChild = Callable[..., ChildHost]


@pytest.fixture
def settings(servicebus: BrokerProcess) -> dict[str, str]:
    return {
        "SAMPLE_SCHEDULE": "0 0 1 1 1 *",
        "SAMPLE_QUEUE": servicebus.make_queue(),
        "SERVICEBUS_CONNECTION": servicebus.connection_string,
    }


def host_command(*options: str) -> list[str]:
    return [sys.executable, "-m", "local.host", "start", "--port", "0", *options]


def test_a_child_serves_and_ends_cleanly(child_host: MakeChild, settings: dict[str, str]) -> None:
    """Keys are asked for, the log is JSON lines without bodies, and SIGTERM ends it with 0."""
    child = child_host(APP, settings, auth=True).start()
    assert httpx.get(f"{child.url}/api/own").status_code == 401
    assert httpx.get(f"{child.url}/api/own?code={child.keys.default}").text == "opened"
    assert httpx.post(f"{child.url}/api/echo", content="private").text == "private"
    assert child.stop() == 0
    lines = [json.loads(line) for line in child.log.read_text().splitlines()]
    executed = [line for line in lines if line["message"] == "executed"]
    assert [line["function"] for line in executed] == ["own_key", "echo"]
    assert all(line["invocation"] and line["ms"] >= 0 for line in executed)
    assert "private" not in child.log.read_text()


def test_a_failure_is_logged_with_its_traceback(child_host: MakeChild, settings: dict[str, str]) -> None:
    """It is logged once, with the name of the function."""
    child = child_host(APP, settings).start()
    assert httpx.get(f"{child.url}/api/boom").status_code == 500
    child.stop()
    (failed,) = (line for line in map(json.loads, child.log.read_text().splitlines()) if line["level"] == "error")
    assert (failed["message"], failed["function"]) == ("failed", "boom")
    assert "RuntimeError: on purpose" in failed["exception"]


def test_the_settings_file_is_read_and_the_environment_wins(
    child_host: MakeChild, settings: dict[str, str], tmp_path: Path
) -> None:
    """``Values`` become settings unless the environment has them."""
    values = settings | {"AzureWebJobs.own_key.Disabled": "true", "SAMPLE_QUEUE": "not-there"}
    (tmp_path / "none.json").write_text(json.dumps({"Values": values, "Host": {"CORS": "https://crm"}}))
    child = child_host(APP, {"SAMPLE_QUEUE": settings["SAMPLE_QUEUE"]}).start()
    answer = httpx.get(f"{child.url}/api/own", headers={"Origin": "https://crm"})
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "https://crm"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, "%SAMPLE_SCHEDULE%"),
        ({"SAMPLE_QUEUE": "q", "SAMPLE_SCHEDULE": "often", "SERVICEBUS_CONNECTION": NOBODY}, "'often'"),
        ({"SAMPLE_QUEUE": "q", "SAMPLE_SCHEDULE": "00:01:00", "SERVICEBUS_CONNECTION": "wrong"}, "connection string"),
        ({"AzureFunctionsJobHost__functionTimeot": "00:01:00"}, "functionTimeot"),
    ],
)
def test_what_keeps_the_app_from_starting_is_reported_in_one_line(environ: dict[str, str], told: str) -> None:
    """The line is on stderr, and the exit code is 1."""
    ended = subprocess.run(
        host_command("--app", str(APP)), env=environ, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 1
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_an_app_that_does_not_import_is_reported(tmp_path: Path) -> None:
    """The report has the error of the import."""
    (tmp_path / "function_app.py").write_text("import there_is_no_such_module")
    ended = subprocess.run(
        host_command("--app", str(tmp_path)), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert ended.returncode == 1
    assert "there_is_no_such_module" in ended.stderr


def test_a_host_that_waits_for_its_broker_can_be_stopped(child_host: MakeChild, settings: dict[str, str]) -> None:
    """It says in its log what it waits for, and SIGTERM ends it with 0."""
    child = child_host(APP, settings | {"SERVICEBUS_CONNECTION": NOBODY})
    child.spawn()
    while "queue lost" not in child.log.read_text():
        signal.sigtimedwait([], 0.05)
    assert child.stop() == 0


async def test_the_product_starts(functions_host: StartHost, servicebus: BrokerProcess) -> None:
    """Every function of the app keeps the host's rules, with the settings it names."""
    settings = {
        "SERVICEBUS_CONNECTION": servicebus.connection_string,
        "CALLBACK_POLL_SCHEDULE": "0 */1 * * * *",
        "INDEX_SYNC_SCHEDULE": "0 */5 * * * *",
        "CALL_SYNC_SCHEDULE": "0 */5 * * * *",
        "CALL_REPAIR_SCHEDULE": "0 */5 * * * *",
        "PRESENCE_POLL_SCHEDULE": "0 */5 * * * *",
    }
    host = await functions_host(ROOT, settings, auth=True, queues=False)
    names = {function.name for function in host.host.functions}
    assert {"health", "callbacks_poll", "callbacks_process", "webhook_voicecloud"} <= names
    assert (await host.client.get("/admin/host/ping")).status_code == 200
