"""Health asks Dynamics itself: what was taken away is noticed before anything fails for it."""

from collections.abc import AsyncIterator

import pytest

from shared.bootstrap import Services
from shared.dataverse import names
from shared.findings import Finding, HealthState
from shared.settings.model import SettingKind
from tests.fixtures.world import World


class Taken:
    """What a test takes away from Dynamics; all of it comes back at the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._undo: list[tuple[str, dict[str, object]]] = []

    async def column(self, table: str, name: str) -> None:
        await self._switch("columns", {"table": table, "name": name}, {"removed": True}, {"removed": False})

    async def privilege(self, name: str) -> None:
        user = str((await self._world.services.dataverse.who_am_i()).user_id)
        what: dict[str, object] = {"systemuserid": user, "privilege": name}
        await self._switch("privileges", what, {"granted": False}, {"granted": True})

    async def _switch(self, name: str, what: dict[str, object], to: dict[str, object], back: dict[str, object]) -> None:
        self._undo.append((name, {**what, **back}))
        await self._post(name, {**what, **to})

    async def give_back(self) -> None:
        for name, document in self._undo:
            await self._post(name, document)
        self._undo.clear()

    async def _post(self, name: str, document: dict[str, object]) -> None:
        url = f"{self._world.neighbours.dynamics_url}/stand-in/{name}"
        (await self._world.http.post(url, json=document)).raise_for_status()


@pytest.fixture
async def taken(world: World) -> AsyncIterator[Taken]:
    away = Taken(world)
    yield away
    await away.give_back()


async def check(services: Services, name: str) -> Finding:
    report = await services.health.report()
    return next(one.finding for one in report.checks if one.name == name)


@pytest.mark.parametrize("column", [("phonecall", names.ATTEMPT_COUNT), ("phonecall", names.CALLBACK_REQUEST)])
async def test_a_column_that_was_removed_is_noticed_before_anything_is_written(
    world: World, taken: Taken, column: tuple[str, str]
) -> None:
    """By name, with the cure; when it is there again, that is known at once and it is written again."""
    assert (await check(world.services, "columns")).state is HealthState.OK
    await taken.column(*column)
    found = await check(world.services, "columns")
    assert (found.state, f"{column[0]}.{column[1]}" in found.detail) == (HealthState.DEGRADED, True)
    assert f"{column[0]}.{column[1]}" in found.cure
    assert await world.services.absent_columns.names() == {column[1]}
    await taken.give_back()
    assert (await check(world.services, "columns")).state is HealthState.OK
    assert await world.services.absent_columns.names() == frozenset()


async def test_without_the_column_that_says_who_is_who_the_health_page_fails(world: World, taken: Taken) -> None:
    """Nobody could have a phone without that column."""
    await taken.column("systemuser", names.VOICE_USER_ID)
    assert (await check(world.services, "columns")).state is HealthState.FAILED


async def test_health_says_that_enterprise_calls_wait_for_a_column(world: World, taken: Taken) -> None:
    """Without the e-mail nobody can say whose calls are written."""
    await taken.column("systemuser", names.VOICE_EMAIL)
    found = await check(world.services, "columns")
    assert (found.state, "enterprise calls wait" in found.detail) == (HealthState.DEGRADED, True)


@pytest.mark.parametrize(
    ("privilege", "shown", "state"),
    [
        ("prvActOnBehalfOfAnotherUser", "Act on Behalf of Another User", HealthState.FAILED),
        ("prvReadLead", "Read on Lead", HealthState.DEGRADED),
        ("prvReadContact", "Read on Contact", HealthState.FAILED),
        ("prvWriteActivity", "Write on Activity", HealthState.FAILED),
        ("prvAppendToQueue", "Append To on Queue", HealthState.FAILED),
    ],
)
async def test_a_privilege_that_was_revoked_is_noticed_by_name(
    world: World, taken: Taken, privilege: str, shown: str, state: HealthState
) -> None:
    """Before anybody's call or callback needs it; the cure names the role and the privilege."""
    assert (await check(world.services, "privileges")).state is HealthState.OK
    await taken.privilege(privilege)
    found = await check(world.services, "privileges")
    assert (found.state, shown in found.detail) == (state, True), found
    assert shown in found.cure
    assert "Voice ApiUser" in found.cure


async def test_the_privileges_of_presence_count_where_presence_is_kept(world: World, taken: Taken) -> None:
    """Who does not mirror statuses needs no right to read them."""
    await taken.privilege("prvReadmsdyn_agentstatus")
    assert (await check(world.services, "privileges")).state is HealthState.OK
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": True})
    found = await check(world.services, "privileges")
    assert (found.state, "Read on Agent Status" in found.detail) == (HealthState.DEGRADED, True)


async def test_a_table_that_cannot_be_read_is_named_with_its_cure(world: World, taken: Taken) -> None:
    """Leads that may not be read cost their own numbers only, and the page says what to do."""
    await taken.privilege("prvReadLead")
    await world.services.index_sync.run()
    found = await check(world.services, "number index")
    assert (found.state, "lead" in found.detail) == (HealthState.DEGRADED, True)
    assert "Read on Lead" in found.cure
