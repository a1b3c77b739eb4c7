import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.serving import free_port
from shared.bootstrap import Services
from shared.callbacks.model import Outcome
from shared.errors import Unavailable
from shared.settings.model import Kind
from tests.fixtures.azurite import ROOT, connection_string
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, World

EXECUTABLE = [str(ROOT / ".venv/bin/node"), str(ROOT / "node_modules/azurite/dist/src/azurite.js")]


class DiskAzurite:
    """An Azurite of the test's own, on disk, that can be stopped properly and started again."""

    def __init__(self, folder: Path) -> None:
        self._ports = [free_port() for _ in range(3)]
        names = ("--blobPort", "--queuePort", "--tablePort")
        options = [text for pair in zip(names, map(str, self._ports), strict=True) for text in pair]
        fixed = ["--location", str(folder), "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        self._command = [*EXECUTABLE, *fixed, *options]
        self._process: subprocess.Popen[str] | None = None
        self.connection = connection_string(*self._ports)

    def start(self) -> None:
        environ = {**os.environ, "NODE_NO_WARNINGS": "1"}
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, env=environ)
        assert self._process.stdout is not None
        while "Table service is successfully listening" not in (line := self._process.stdout.readline()):
            assert line, "Azurite ended before it was listening"

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """SIGTERM saves what was written, which can take ten seconds."""
        if self._process is not None:
            self._process.send_signal(sign)
            self._process.wait(timeout=60)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[DiskAzurite]:
    azurite = DiskAzurite(tmp_path)
    azurite.start()
    yield azurite
    azurite.stop(signal.SIGKILL)


async def test_a_storage_that_is_stopped_and_started_properly_forgets_nothing(
    world: World, storage: DiskAzurite
) -> None:
    """While storage is away a callback waits; afterwards what was known is known and the callback is handled once."""
    environ = {**world.environ, "STORAGE_CONNECTION": storage.connection}
    services = Services(environ)
    await services.settings.put(Kind.GENERAL, "general", {"default_region": "FI"})
    profile = {"list_id": SALES_LIST, "queue_id": SALES_QUEUE}
    await services.settings.put(Kind.CALLBACK_PROFILE, SALES_LIST, profile)
    await services.index_sync.run()
    number = world.new_number()
    first, second = await world.leave_callback(number), await world.leave_callback(number)
    assert await world.handle(first, services) is Outcome.CREATED
    await services.close()
    storage.stop()

    services = Services(environ)
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await world.handle(second, services)
    storage.start()
    assert await world.handle(first, services) is Outcome.FINISHED_BEFORE
    assert await world.handle(second, services) is Outcome.COUNTED
    activity = await world.exactly_one(number, first, second)
    assert activity["voice_requestcount"] == 2
    await services.close()
