"""Settings refuse what would have no effect, or point at nothing."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from shared.clock import utc_now
from shared.commands import topics
from shared.errors import InvalidInput
from shared.settings.model import SettingKind
from shared.settings.service import Settings
from shared.storage.tables import Row, Tables
from tests.fixtures.processes import ROOT
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, World

NOBODY = "a0000000-0000-4000-8000-00000000dead"
ANNA = "a0000000-0000-4000-8000-000000000001"
PROFILE = {"list_id": SALES_LIST, "queue_id": SALES_QUEUE}
DEMO = json.loads((ROOT / "local/demo/settings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "name", "document", "named"),
    [
        (SettingKind.GENERAL, "general", {"default_regoin": "FI"}, "default_regoin"),
        (SettingKind.CALL_SYNC, "call-sync", {"default_asignee": ANNA}, "default_asignee"),
        (SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "max_age": 3}, "max_age"),
        (SettingKind.PHONE, "phone", {"takeover": True}, "takeover"),
        (SettingKind.PRESENCE, "presence", {"dnd": {"id": NOBODY, "text": "x", "colour": "red"}}, "dnd.colour"),
        (SettingKind.GENERAL, "generall", {"default_region": "FI"}, "named general"),
        (SettingKind.PRESENCE, "call-sync", {"enabled": True}, "named presence"),
    ],
)
async def test_a_field_or_row_that_nothing_reads_is_refused(
    tables: Tables, kind: SettingKind, name: str, document: dict[str, object], named: str
) -> None:
    """Whoever misspells a name hears so, and nothing is written."""
    settings = Settings(tables.table("settings"), utc_now)
    with pytest.raises(InvalidInput, match="invalid-setting") as refused:
        await settings.put(kind, name, document)
    assert named in refused.value.message
    assert await settings.documents(kind) == {}


async def test_rows_written_before_work_on_and_are_named(tables: Tables) -> None:
    """A row with a field of another version holds; one that nothing reads decides nothing; both are to be seen."""
    table = tables.table("settings")
    await table.put(
        Row(SettingKind.GENERAL, "general", {"document": json.dumps({"default_region": "FI", "colour": 1})})
    )
    await table.put(Row(SettingKind.GENERAL, "other", {"document": json.dumps({"default_region": "SE"})}))
    snapshot = await Settings(table, utc_now).snapshot()
    assert snapshot.general.default_region == "FI"
    assert snapshot.faults == {}
    assert snapshot.ignored.keys() == {"general/general", "general/other"}
    assert "colour" in snapshot.ignored["general/general"]


@pytest.mark.parametrize(
    ("kind", "name", "document"),
    [
        (SettingKind.CALL_SYNC, "call-sync", {"default_assignee": NOBODY}),
        (SettingKind.CALLBACK_PROFILE, SALES_LIST, {**PROFILE, "queue_id": NOBODY}),
        (SettingKind.CALLBACK_PROFILE, "no-list", {**PROFILE, "list_id": "no-list"}),
        (SettingKind.PRESENCE, "presence", {"presences": {"busy": {"id": NOBODY, "text": "Busy"}}}),
        (SettingKind.PRESENCE, "presence", {"dnd": {"id": NOBODY, "text": "Focus"}}),
    ],
)
async def test_what_a_setting_names_must_exist(
    world: World, tmp_path: Path, kind: SettingKind, name: str, document: dict[str, object]
) -> None:
    """Dynamics and the voice cloud are asked when it is written, by ``put`` and by ``import``."""
    file = tmp_path / "setting.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    before = await world.services.settings.documents(kind)
    with pytest.raises(InvalidInput):
        await topics.settings_put(world.services, Namespace(kind=kind, name=name, file=str(file), offline=False))
    file.write_text(json.dumps({kind: {name: document}}), encoding="utf-8")
    with pytest.raises(InvalidInput):
        await topics.settings_import(world.services, Namespace(file=str(file), offline=False))
    assert await world.services.settings.documents(kind) == before


async def test_what_exists_is_written(world: World, tmp_path: Path) -> None:
    """The demo's own settings pass, and so does an assignee who is there."""
    file = tmp_path / "setting.json"
    file.write_text(json.dumps({**DEMO, "call-sync": {"call-sync": {"default_assignee": ANNA}}}), encoding="utf-8")
    await topics.settings_import(world.services, Namespace(file=str(file), offline=False))
    assert str((await world.services.settings.call_sync()).default_assignee) == ANNA
