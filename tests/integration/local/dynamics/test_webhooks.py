"""Webhooks out."""

import json

import httpx

from tests.fixtures.dynamics import AALTO, ANNA, APPLICATION_USER, MATTI, SALES, LocalDynamics
from tests.fixtures.webhook_receiver import Receiver


def attributes(event: dict[str, object]) -> dict[str, object]:
    """The columns of an event's target."""
    (parameter,) = json.loads(json.dumps(event["InputParameters"]))
    return {one["key"]: one["value"] for one in parameter["value"]["Attributes"]}


async def test_a_step_hears_of_creates_updates_and_deletes(dynamics: LocalDynamics, webhook_receiver: Receiver) -> None:
    """Each write is one message in the form of the service, with the key in the address."""
    await dynamics.switch("steps", {"url": webhook_receiver.url, "table": "contact", "key": "secret"})
    bind = {"parentcustomerid_account@odata.bind": f"/accounts({AALTO})"}
    made = await dynamics.ok("POST", "contacts", {"lastname": "New", **bind}, Prefer="return=representation")
    path = f"contacts({made['contactid']})"
    await dynamics.ok("PATCH", path, {"mobilephone": "040 1"}, MSCRMCallerID=ANNA)
    await dynamics.ok("DELETE", path)
    events = {event["MessageName"]: event for event in await webhook_receiver.wait_for(3)}
    assert {event["PrimaryEntityId"] for event in events.values()} == {made["contactid"]}
    created, updated = attributes(events["Create"]), attributes(events["Update"])
    assert (created["lastname"], created["createdon"]) == ("New", "/Date(1795420800000)/")
    assert created["statecode"] == {
        "__type": "OptionSetValue:http://schemas.microsoft.com/xrm/2011/Contracts",
        "Value": 0,
    }
    assert isinstance(created["parentcustomerid"], dict)
    assert (created["parentcustomerid"]["Id"], created["parentcustomerid"]["LogicalName"]) == (AALTO, "account")
    assert (updated["mobilephone"], "lastname" in updated) == ("040 1", False)
    assert (events["Update"]["UserId"], events["Update"]["InitiatingUserId"]) == (ANNA, APPLICATION_USER)
    headers = webhook_receiver.headers[0]
    assert headers["x-ms-dynamics-entity-name"] == "contact"
    assert headers["x-ms-dynamics-organization"] == dynamics.url.partition("://")[2]


async def test_a_filtered_step_hears_only_of_its_columns(dynamics: LocalDynamics, webhook_receiver: Receiver) -> None:
    """Updates of other columns, other tables and undone writes are not sent."""
    step = {"url": webhook_receiver.url, "table": "contact", "messages": ["Update"], "filtering": ["mobilephone"]}
    await dynamics.switch("steps", step)
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"jobtitle": "x"})
    await dynamics.ok("PATCH", f"queues({SALES})", {"name": "x"})
    await dynamics.refused("PATCH", f"contacts({MATTI})", {"mobilephone": "1", "nothing": 1})
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"mobilephone": "2"})
    await dynamics.webhooks.settled()
    assert [attributes(event)["mobilephone"] for event in webhook_receiver.events] == ["2"]


async def test_a_receiver_that_fails_is_notified_again(dynamics: LocalDynamics, webhook_receiver: Receiver) -> None:
    """The same message, until it is taken or has been refused often enough."""
    dynamics.webhooks.retry_s = (0.01, 0.01)
    await dynamics.switch("steps", {"url": webhook_receiver.url, "table": "contact"})
    webhook_receiver.answers = [500, 503, 200, 500, 500, 500]
    for expected in (3, 6):
        await dynamics.ok("PATCH", f"contacts({MATTI})", {"jobtitle": "x"})
        await dynamics.webhooks.settled()
        assert len(webhook_receiver.events) == expected
    assert len({event["RequestId"] for event in webhook_receiver.events}) == 2


async def test_a_message_that_is_too_large_loses_its_parameters(
    dynamics: LocalDynamics, webhook_receiver: Receiver
) -> None:
    """Above 256 kB the receiver learns only which row it is about."""
    await dynamics.switch("steps", {"url": webhook_receiver.url, "table": "annotation"})
    await dynamics.ok("POST", "annotations", {"subject": "x", "documentbody": "x" * 300_000})
    (event,) = await webhook_receiver.wait_for(1)
    assert (event["InputParameters"], event["PrimaryEntityName"]) == (None, "annotation")
    assert webhook_receiver.headers[0]["x-ms-dynamics-msg-size-exceeded"] == "true"


async def test_only_what_is_served_can_be_registered(dynamics: LocalDynamics) -> None:
    """Unknown tables, messages and fields are refused; keys are not shown."""
    async with httpx.AsyncClient(base_url=dynamics.url) as client:
        for wrong in ({"table": "task"}, {"messages": ["Assign"]}, {"colour": "red"}):
            step = {"url": "http://localhost/x", "table": "contact", **wrong}
            assert (await client.post("/stand-in/steps", json=step)).status_code == 400
        await dynamics.switch("steps", {"url": "http://localhost/x", "table": "contact", "key": "secret"})
        assert (await client.get("/stand-in/steps")).json() == [{"url": "http://localhost/x", "table": "contact"}]
