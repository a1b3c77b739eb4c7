"""Alternate keys, as a solution may define them."""

import json
from pathlib import Path

import pytest_asyncio

from tests.fixtures.dynamics import COLUMNS, LocalDynamics, NewDynamics

KEY = "phonecalls(voice_externalid='abc')"


@pytest_asyncio.fixture
async def keyed(new_dynamics: NewDynamics, tmp_path: Path) -> LocalDynamics:
    """An environment whose phone calls have the alternate key ``voice_external``."""
    columns = tmp_path / "columns.json"
    column = {"table": "phonecall", "name": "voice_externalid", "type": "String", "max_length": 50}
    present = json.loads(COLUMNS.read_text(encoding="utf-8"))
    columns.write_text(json.dumps([*present, {**column, "key": "voice_external"}]))
    return await new_dynamics(columns=columns)


async def test_an_upsert_by_alternate_key_creates_once(keyed: LocalDynamics) -> None:
    """The first PATCH creates with the key's value, the second changes the same row; the address is echoed."""
    first = await keyed.ask("PATCH", KEY, {"subject": "one"}, Prefer="return=representation")
    second = await keyed.ask("PATCH", KEY, {"subject": "two"}, Prefer="return=representation")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["activityid"] == second.json()["activityid"]
    assert second.json()["voice_externalid"] == "abc"
    assert first.headers["OData-EntityId"].endswith(KEY)
    assert (await keyed.ok("GET", f"{KEY}?$select=subject"))["subject"] == "two"


async def test_an_alternate_key_is_unique(keyed: LocalDynamics) -> None:
    """Creating or changing a row into a taken key is refused with 412 DuplicateRecordEntityKey."""
    await keyed.ok("POST", "phonecalls", {"voice_externalid": "abc"})
    status, code, message = await keyed.refused("POST", "phonecalls", {"voice_externalid": "ABC"})
    assert (status, code) == (412, "0x80060892")
    assert "Entity Key voice_external violated" in message
    other = await keyed.ok("POST", "phonecalls", {}, Prefer="return=representation")
    path = f"phonecalls({other['activityid']})"
    assert (await keyed.refused("PATCH", path, {"voice_externalid": "abc"}))[1] == "0x80060892"


async def test_conditions_hold_for_alternate_keys_too(keyed: LocalDynamics) -> None:
    """If-Match never creates; If-None-Match never changes; a key nobody has is not found."""
    assert (await keyed.refused("PATCH", KEY, {}, If_Match="*"))[0] == 404
    assert (await keyed.refused("GET", KEY))[:2] == (404, "0x80060891")
    await keyed.ok("PATCH", KEY, {}, If_None_Match="*")
    assert (await keyed.refused("PATCH", KEY, {}, If_None_Match="*"))[0] == 412


async def test_what_is_no_key_is_refused(keyed: LocalDynamics) -> None:
    """Columns without a key, and values that break an address, cannot be asked for."""
    for key in ("subject='x'", "nothing='x'", "voice_externalid=1", "voice_externalid='%2B358401'"):
        assert (await keyed.refused("GET", f"phonecalls({key})"))[0] == 400
