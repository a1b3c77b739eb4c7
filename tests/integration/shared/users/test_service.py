"""Users get their voice-cloud ids, as far as the environment has columns for them (J1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.bootstrap import Services
from shared.dataverse import names
from tests.fixtures.world import World

DAVID, DAVID_D365 = "71000000-0000-4000-8000-000000000004", "a0000000-0000-4000-8000-000000000004"
DAVIDS_EMAIL = "david.korhonen@aurorahome.example"


@asynccontextmanager
async def lacking(world: World, column: str | None) -> AsyncIterator[Services]:
    """A process of the app where Dynamics has no such column of users; with None, all of them."""
    switch = f"{world.neighbours.dynamics_url}/stand-in/columns"
    services = world.new_services()

    async def switched(*, removed: bool) -> None:
        if column:
            body = {"table": "systemuser", "name": column, "removed": removed}
            (await world.http.post(switch, json=body)).raise_for_status()

    await switched(removed=True)
    try:
        yield services
    finally:
        await switched(removed=False)
        await services.tables.table("health").delete("absent-columns", str(column))
        await services.close()


@pytest.mark.parametrize("column", [None, names.VOICE_EMAIL])
async def test_a_user_without_an_id_gets_that_of_the_e_mail(world: World, column: str | None) -> None:
    """Though there is no column for the e-mail of the voice cloud."""
    await world.services.dataverse.update(f"systemusers({DAVID_D365})", {names.VOICE_USER_ID: None})
    async with lacking(world, column) as services:
        assert await services.users.update_ids() == {DAVIDS_EMAIL: DAVID}
        assert (await services.users.by_voice_id())[DAVID].name == "David Korhonen"
        assert await services.users.update_ids() == {}


async def test_without_a_column_for_the_id_nobody_gets_one(world: World) -> None:
    """That is no failure of the command: the health page tells which column to install."""
    async with lacking(world, names.VOICE_USER_ID) as services:
        assert await services.users.update_ids() == {}
        assert names.VOICE_USER_ID in await services.absent_columns.names()
