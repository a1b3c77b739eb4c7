"""Queues: adding, picking, releasing, and what closing does."""

from uuid import uuid4

from tests.fixtures.dynamics import ANNA, BJORN, MATTI, SALES, SUPPORT, LocalDynamics

CRM = "Microsoft.Dynamics.CRM."
ITEM_COLUMNS = (
    "queueitems?$select=title,enteredon,statecode,objecttypecode,_queueid_value,_workerid_value,_objectid_value"
)


async def new_call(dynamics: LocalDynamics) -> str:
    key = str(uuid4())
    await dynamics.ok("PATCH", f"phonecalls({key})", {"subject": "Callback Request"})
    return key


def item(call: str, queue: str = SALES) -> dict[str, str]:
    return {"queueid@odata.bind": f"/queues({queue})", "objectid_phonecall@odata.bind": f"/phonecalls({call})"}


def target(call: str) -> dict[str, str]:
    return {"activityid": call, "@odata.type": f"{CRM}phonecall"}


def user(user_id: str) -> dict[str, str]:
    return {"systemuserid": user_id, "@odata.type": f"{CRM}systemuser"}


async def items(dynamics: LocalDynamics) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (await dynamics.ok("GET", ITEM_COLUMNS))["value"]
    return rows


async def test_a_queue_item_is_made_with_a_chosen_key(dynamics: LocalDynamics) -> None:
    """An upsert puts the call into the queue; title, type and time come from the server."""
    call, key = await new_call(dynamics), str(uuid4())
    await dynamics.ok("PATCH", f"queueitems({key})", item(call), If_None_Match="*")
    (row,) = await items(dynamics)
    assert (row["queueitemid"], row["title"], row["objecttypecode"]) == (key, "Callback Request", 4210)
    assert (row["enteredon"], row["_queueid_value"]) == ("2026-11-23T08:00:00Z", SALES)
    await dynamics.ok("PATCH", f"phonecalls({call})", {"subject": "Urgent"})
    assert (await items(dynamics))[0]["title"] == "Urgent"


async def test_an_object_is_in_one_queue_at_most(dynamics: LocalDynamics) -> None:
    """A second active item for the same object is refused."""
    call = await new_call(dynamics)
    await dynamics.ok("POST", "queueitems", item(call))
    assert (await dynamics.refused("POST", "queueitems", item(call, SUPPORT)))[:2] == (412, "0x80040237")


async def test_a_queue_item_needs_a_queue_and_an_open_object(dynamics: LocalDynamics) -> None:
    """Missing or closed objects and missing queues are refused."""
    call = await new_call(dynamics)
    assert (await dynamics.refused("POST", "queueitems", {"queueid@odata.bind": f"/queues({SALES})"}))[0] == 400
    assert (await dynamics.refused("POST", "queueitems", item(call, str(uuid4()))))[:2] == (404, "0x80040217")
    assert (await dynamics.refused("POST", "queueitems", item(str(uuid4()))))[:2] == (404, "0x80040217")
    await dynamics.ok("PATCH", f"phonecalls({call})", {"statecode": 2})
    assert (await dynamics.refused("POST", "queueitems", item(call)))[0] == 400


async def test_adding_to_another_queue_moves(dynamics: LocalDynamics) -> None:
    """AddToQueue gives the item's id; for an object that is in a queue it is the same item, moved, free again."""
    call = await new_call(dynamics)
    first = await dynamics.ok("POST", f"queues({SALES})/{CRM}AddToQueue", {"Target": target(call)})
    pick = {"SystemUser": user(ANNA), "RemoveQueueItem": False}
    await dynamics.ok("POST", f"queueitems({first['QueueItemId']})/{CRM}PickFromQueue", pick)
    dynamics.time.advance(60)
    second = await dynamics.ok(
        "POST",
        f"queues({SUPPORT})/{CRM}AddToQueue",
        {"Target": target(call), "SourceQueue": {"queueid": SALES, "@odata.type": f"{CRM}queue"}},
    )
    assert second["QueueItemId"] == first["QueueItemId"]
    (row,) = await items(dynamics)
    assert (row["_queueid_value"], row["_workerid_value"]) == (SUPPORT, None)
    assert row["enteredon"] == "2026-11-23T08:01:00Z"


async def test_adding_needs_to_know_what_is_added(dynamics: LocalDynamics) -> None:
    """Without a type the target cannot be read; the namespace is part of the action's name."""
    call = await new_call(dynamics)
    path = f"queues({SALES})/{CRM}AddToQueue"
    assert (await dynamics.refused("POST", path, {"Target": {"activityid": call}}))[0] == 400
    contact = {"contactid": MATTI, "@odata.type": f"{CRM}contact"}
    assert (await dynamics.refused("POST", path, {"Target": contact}))[0] == 400
    assert (await dynamics.refused("POST", path, {}))[0] == 400
    assert (await dynamics.refused("POST", path, {"Target": target(call), "Queue": 1}))[0] == 400
    assert (await dynamics.refused("POST", path, {"Target": target(str(uuid4()))}))[0] == 404
    assert (await dynamics.refused("POST", f"queues({uuid4()})/{CRM}AddToQueue", {"Target": target(call)}))[0] == 404
    assert (await dynamics.refused("POST", f"queues({SALES})/AddToQueue", {"Target": target(call)}))[0] == 404


async def test_picking_gives_item_and_call_to_one_user(dynamics: LocalDynamics) -> None:
    """Who picks works on the item and owns the call; another user's pick is refused until it is released."""
    call = await new_call(dynamics)
    added = await dynamics.ok("POST", f"queues({SALES})/{CRM}AddToQueue", {"Target": target(call)})
    path = f"queueitems({added['QueueItemId']})/{CRM}"
    await dynamics.ok("POST", f"{path}PickFromQueue", {"SystemUser": user(ANNA), "RemoveQueueItem": False})
    assert (await items(dynamics))[0]["_workerid_value"] == ANNA
    assert (await dynamics.ok("GET", f"phonecalls({call})"))["_ownerid_value"] == ANNA
    other = {"SystemUser": user(BJORN), "RemoveQueueItem": False}
    assert (await dynamics.refused("POST", f"{path}PickFromQueue", other))[0] == 400
    await dynamics.ok("POST", f"{path}ReleaseToQueue")
    assert (await items(dynamics))[0]["_workerid_value"] is None
    await dynamics.ok("POST", f"{path}PickFromQueue", {**other, "RemoveQueueItem": True})
    assert await items(dynamics) == []
    assert (await dynamics.ok("GET", f"phonecalls({call})"))["_ownerid_value"] == BJORN


async def test_picking_needs_both_parameters(dynamics: LocalDynamics) -> None:
    """SystemUser and RemoveQueueItem are not optional."""
    call = await new_call(dynamics)
    added = await dynamics.ok("POST", f"queues({SALES})/{CRM}AddToQueue", {"Target": target(call)})
    path = f"queueitems({added['QueueItemId']})/{CRM}PickFromQueue"
    assert (await dynamics.refused("POST", path, {"SystemUser": user(ANNA)}))[0] == 400
    assert (await dynamics.refused("POST", path, {"RemoveQueueItem": False}))[0] == 400


async def test_closing_a_call_takes_it_out_of_its_queue(dynamics: LocalDynamics) -> None:
    """Completed or cancelled, the item becomes inactive and cannot be picked."""
    for state in (1, 2):
        call, key = await new_call(dynamics), str(uuid4())
        await dynamics.ok("PATCH", f"queueitems({key})", item(call))
        await dynamics.ok("PATCH", f"phonecalls({call})", {"statecode": state})
        row = await dynamics.ok("GET", f"queueitems({key})")
        assert (row["statecode"], row["statuscode"]) == (1, 2)
        pick = {"SystemUser": user(ANNA), "RemoveQueueItem": False}
        assert (await dynamics.refused("POST", f"queueitems({key})/{CRM}PickFromQueue", pick))[0] == 400


async def test_a_queue_with_items_is_not_deleted(dynamics: LocalDynamics) -> None:
    """A queue can be deleted once it is empty."""
    call, key = await new_call(dynamics), str(uuid4())
    await dynamics.ok("PATCH", f"queueitems({key})", item(call))
    assert (await dynamics.refused("DELETE", f"queues({SALES})"))[0] == 400
    await dynamics.ok("DELETE", f"phonecalls({call})")
    assert await items(dynamics) == []
    await dynamics.ok("DELETE", f"queues({SALES})")
