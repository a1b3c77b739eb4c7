from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.bootstrap import Services
from shared.callbacks.model import CallbackOutcome
from shared.errors import Unavailable
from shared.settings.model import SettingKind
from tests.fixtures.azurite import Azurite
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, World


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Azurite]:
    """One of the test's own, on disk, that can be stopped properly and started again."""
    azurite = Azurite(tmp_path)
    yield azurite
    azurite.kill()


async def test_a_storage_that_is_stopped_and_started_properly_forgets_nothing(world: World, storage: Azurite) -> None:
    """While storage is away a callback waits; afterwards what was known is known and the callback is handled once."""
    environ = {**world.environ, "STORAGE_CONNECTION": storage.start()}
    services = Services(environ)
    await services.settings.put(SettingKind.GENERAL, "general", {"default_region": "FI"})
    profile = {"list_id": SALES_LIST, "queue_id": SALES_QUEUE}
    await services.settings.put(SettingKind.CALLBACK_PROFILE, SALES_LIST, profile)
    await services.index_sync.run()
    number = world.new_number()
    first, second = await world.leave_callback(number), await world.leave_callback(number)
    assert await world.handle(first, services) is CallbackOutcome.CREATED
    await services.close()
    storage.stop()

    services = Services(environ)
    with pytest.raises(Unavailable, match="storage-unavailable"):
        await world.handle(second, services)
    storage.start()
    assert await world.handle(first, services) is CallbackOutcome.FINISHED_BEFORE
    assert await world.handle(second, services) is CallbackOutcome.COUNTED
    activity = await world.exactly_one(number, first, second)
    assert activity["voice_requestcount"] == 2
    await services.close()
