from uuid import uuid4

import httpx

from shared.dataverse.model import Change
from shared.identity.model import CustomerKind
from tests.fixtures.functions_host import RunningHost
from tests.fixtures.world import World, eventually


async def test_a_new_contact_is_known_as_soon_as_dynamics_tells(world: World, app: RunningHost) -> None:
    """Dataverse's webhook makes the index follow within a second or two: added, renumbered, deactivated (K3)."""
    contact_id, first, second = uuid4(), world.new_number(), world.new_number()
    path = f"contacts({contact_id})"
    headers = {"x-ms-dynamics-entity-name": "contact"}

    async def told() -> None:
        answer = await app.client.post("/api/webhooks/dataverse", json={"MessageName": "Update"}, headers=headers)
        assert answer.status_code == 202

    async def known_by(number: str, *, known: bool) -> None:
        found = await world.services.identity.identify(number)
        assert (found.only is not None and found.only.id == contact_id) is known

    national = "0" + first.removeprefix("+358")
    await world.services.dataverse.transact([Change("PATCH", path, {"lastname": "New", "mobilephone": national})])
    await told()
    await eventually(lambda: known_by(first, known=True))
    await world.services.dataverse.update(path, {"mobilephone": second})
    await told()
    await eventually(lambda: known_by(second, known=True))
    await known_by(first, known=False)
    await world.services.dataverse.update(path, {"statecode": 1, "statuscode": 2})
    await told()
    await eventually(lambda: known_by(second, known=False))


async def test_the_webhook_needs_a_key_and_ignores_other_tables(world: World, app: RunningHost) -> None:
    """A stranger is turned away; a table without customers costs nothing."""
    async with httpx.AsyncClient(base_url=app.url) as stranger:
        assert (await stranger.post("/api/webhooks/dataverse", json={})).status_code == 401
    headers = {"x-ms-dynamics-entity-name": "incident"}
    assert (await app.client.post("/api/webhooks/dataverse", json={}, headers=headers)).status_code == 202


async def test_a_full_load_finds_the_demo_customers_in_any_spelling(world: World) -> None:
    """The messy numbers of the demo are found by what the network signals; inactive contacts are not."""
    found = await world.services.identity.identify("+358401234570")
    assert found.only is not None
    assert (found.only.kind, found.only.name) == (CustomerKind.CONTACT, "Sanna Saarinen")
    assert (await world.services.identity.identify("+358407654321")).customers == ()
    assert len((await world.services.identity.identify("+358501112222")).customers) == 2


async def test_a_rebuild_answers_from_the_old_index_until_the_new_one_is_complete(world: World) -> None:
    """A rebuild exchanges the generation in one write; look-ups before and after are the same."""
    before = await world.services.watermarks.read()
    await world.services.watermarks.request_rebuild()
    await world.services.index_sync.run()
    after = await world.services.watermarks.read()
    assert before.generation != after.generation
    assert after.obsolete == (before.generation,)
    assert (await world.new_services().identity.identify("+358401234570")).only is not None
