from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.clock import utc_now
from shared.errors import InvalidInput, Misconfigured
from shared.settings.model import SettingKind
from shared.settings.service import Settings
from shared.storage.tables import Row, Tables

QUEUE = "b7e7a0b4-3f0e-4d0a-9a3c-0a53f0f5c001"


@pytest_asyncio.fixture
async def settings(tables: Tables) -> AsyncIterator[Settings]:
    yield Settings(tables.table("settings"), utc_now)


@pytest.mark.parametrize("document", ["{", "[]", "7", '{"default_region": "ZZ"}', '{"retry_schedule_s": [1e400]}'])
async def test_faulty_general_settings_stop_what_needs_them(settings: Settings, tables: Tables, document: str) -> None:
    """A country nobody chose must not be guessed: the fault is named and work waits."""
    await tables.table("settings").put(Row(SettingKind.GENERAL, "general", {"document": document}))
    with pytest.raises(Misconfigured, match="general-settings-faulty"):
        await settings.general()


@pytest.mark.parametrize("document", ["null", '{"list_id": "other", "queue_id": "' + QUEUE + '"}', '{"list_id": "L1"}'])
async def test_a_faulty_profile_is_not_taken_for_none(settings: Settings, tables: Tables, document: str) -> None:
    """A list whose profile is not valid keeps its callbacks waiting; the other profiles go on."""
    await tables.table("settings").put(Row(SettingKind.CALLBACK_PROFILE, "L1", {"document": document}))
    await settings.put(SettingKind.CALLBACK_PROFILE, "L2", {"list_id": "L2", "queue_id": QUEUE})
    with pytest.raises(Misconfigured, match="callback-profile-faulty"):
        await settings.callback_profile("L1")
    assert await settings.callback_profile("L2") is not None
    assert await settings.callback_profile("L3") is None


async def test_a_profile_is_named_by_its_list(settings: Settings) -> None:
    """Under another name it would hide or double the profile of its list."""
    with pytest.raises(InvalidInput, match="named by its list_id"):
        await settings.put(SettingKind.CALLBACK_PROFILE, "sales", {"list_id": "L1", "queue_id": QUEUE})
