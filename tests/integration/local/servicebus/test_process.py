"""The broker as a process: its ready line, its end, and what keeps it from starting."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

from tests.fixtures.servicebus import CONFIG, ROOT, BrokerProcess

MODULE = [sys.executable, "-m", "local.servicebus"]


def test_it_says_when_it_is_ready_and_ends_when_asked(make_broker: Callable[..., BrokerProcess]) -> None:
    """Health is answered once the ready line is out; SIGTERM ends it with 0."""
    broker = make_broker()
    with urlopen(f"{broker.http_url}/health", timeout=5) as answer:
        assert json.load(answer) == {"status": "healthy"}
    assert broker.stop() == 0


def test_a_taken_port_is_reported(make_broker: Callable[..., BrokerProcess]) -> None:
    """A second broker on the same port ends with 1, says why, and never says that it is ready."""
    broker = make_broker()
    command = [*MODULE, "--config", str(CONFIG), "--port", str(broker.port), "--http-port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "in use" in json.loads(done.stderr.splitlines()[-1])["problem"]


def test_a_broken_configuration_is_reported(tmp_path: Path) -> None:
    """The process ends with 1 and one line that says what is wrong."""
    broken = tmp_path / "config.json"
    broken.write_text("{}")
    done = subprocess.run(
        [*MODULE, "--config", str(broken)], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "UserConfig" in json.loads(done.stderr)["problem"]
