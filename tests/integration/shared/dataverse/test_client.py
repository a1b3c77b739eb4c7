from typing import Any
from uuid import uuid4

import pytest

from shared.dataverse.client import Dataverse
from shared.dataverse.model import Change
from shared.entra.tokens import TokenSource
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing
from tests.fixtures.dataverse import DataverseOnStandIn
from tests.fixtures.world import SALES_QUEUE

API_USER_ID = "a0000000-0000-4000-8000-000000000100"


def phonecall(**columns: Any) -> tuple[str, Change]:
    """A path, and the change that creates a phone call there once."""
    path = f"phonecalls({uuid4()})"
    return path, Change("PATCH", path, {"subject": "Callback Request", **columns}, if_none_match="*")


def queue_item(path: str, queue_id: str) -> Change:
    body = {"queueid@odata.bind": f"/queues({queue_id})", "objectid_phonecall@odata.bind": f"/{path}"}
    return Change("PATCH", f"queueitems({uuid4()})", body, if_none_match="*")


async def test_the_application_user_is_known(dataverse: DataverseOnStandIn) -> None:
    """WhoAmI names the user the app acts as."""
    assert str((await dataverse.client.who_am_i()).user_id) == API_USER_ID


async def test_a_row_is_created_once(dataverse: DataverseOnStandIn) -> None:
    """The second attempt finds the row there and leaves it as it is."""
    path, create = phonecall(description="first")
    await dataverse.client.transact([create])
    again = Change("PATCH", path, {"subject": "Other", "description": "second"}, if_none_match="*")
    with pytest.raises(Conflict, match="dataverse-exists"):
        await dataverse.client.transact([again])
    row = await dataverse.client.get(path, {"$select": "description"})
    assert row["description"] == "first"


async def test_a_change_set_is_all_or_nothing(dataverse: DataverseOnStandIn) -> None:
    """When the queue is not there, the phone call is not created either."""
    path, create = phonecall()
    with pytest.raises(Missing, match="dataverse-missing"):
        await dataverse.client.transact([create, queue_item(path, str(uuid4()))])
    with pytest.raises(Missing, match="dataverse-missing"):
        await dataverse.client.get(path)
    await dataverse.client.transact([create, queue_item(path, SALES_QUEUE)])
    assert (await dataverse.client.get(path))["subject"] == "Callback Request"


async def test_a_stale_version_changes_nothing(dataverse: DataverseOnStandIn) -> None:
    """Of two who read the same version, the second to write loses, alone and in a change set."""
    path, create = phonecall()
    await dataverse.client.transact([create])
    etag = (await dataverse.client.get(path))["@odata.etag"]
    await dataverse.client.update(path, {"description": "mine"}, if_match=etag)
    with pytest.raises(Conflict, match="dataverse-changed"):
        await dataverse.client.update(path, {"description": "theirs"}, if_match=etag)
    with pytest.raises(Conflict, match="dataverse-changed"):
        await dataverse.client.transact([Change("PATCH", path, {"description": "theirs"}, if_match=etag)])
    assert (await dataverse.client.get(path))["description"] == "mine"


async def test_an_update_never_creates(dataverse: DataverseOnStandIn) -> None:
    """Without a row there is nothing to update."""
    path, _ = phonecall()
    with pytest.raises(Missing, match="dataverse-missing"):
        await dataverse.client.update(path, {"description": "x"})
    with pytest.raises(Missing, match="dataverse-missing"):
        await dataverse.client.get(path)


@pytest.mark.parametrize(
    ("body", "said"), [({"no_such_column": 1}, "no_such_column"), ({"directioncode": "yes"}, "Edm.Boolean")]
)
async def test_what_dataverse_refuses_is_not_tried_again(
    dataverse: DataverseOnStandIn, body: dict[str, Any], said: str
) -> None:
    """Unknown columns and wrong types are faults of ours, and the message says which."""
    _, create = phonecall(**body)
    with pytest.raises(InvalidInput, match=said) as refused:
        await dataverse.client.transact([create])
    assert refused.value.code == "dataverse-refused"


async def test_a_completed_activity_may_refuse_changes(dataverse: DataverseOnStandIn) -> None:
    """A phone call that was completed meanwhile takes no more: final, however often tried."""
    path, create = phonecall()
    await dataverse.client.transact([create])
    await dataverse.client.update(path, {"statecode": 1, "statuscode": 4})
    with pytest.raises(InvalidInput, match="Closed or Cancelled"):
        await dataverse.client.update(path, {"description": "late"})


async def test_a_number_with_a_plus_is_found(dataverse: DataverseOnStandIn) -> None:
    """The plus of a number in a filter is not read as a space."""
    number = f"+35840{uuid4().int % 10**7:07}"
    contact_id = await dataverse.contact(telephone1=number)
    found = await dataverse.client.get("contacts", {"$filter": f"telephone1 eq '{number}'", "$select": "contactid"})
    assert [row["contactid"] for row in found["value"]] == [str(contact_id)]


async def test_changes_are_followed_from_link_to_link(dataverse: DataverseOnStandIn) -> None:
    """First everything, page by page; then only what was made, changed or deleted since."""
    columns = ["contactid", "telephone1"]
    kept, gone = await dataverse.contact(telephone1="1"), await dataverse.contact()
    page = await dataverse.client.changes("contacts", columns, None, 5000)
    known = {str(row["contactid"]) for row in page.records}
    while page.next_link:
        page = await dataverse.client.changes("contacts", columns, page.next_link, 5000)
        known |= {str(row["contactid"]) for row in page.records}
    assert {str(kept), str(gone)} <= known

    made = await dataverse.contact(telephone1="3")
    await dataverse.raw("PATCH", f"contacts({kept})", {"telephone1": "2"})
    await dataverse.raw("DELETE", f"contacts({gone})")
    page = await dataverse.client.changes("contacts", columns, page.delta_link, 5000)
    assert {row["contactid"]: row["telephone1"] for row in page.records} == {str(kept): "2", str(made): "3"}
    assert page.deleted_ids == [str(gone)]
    nothing = await dataverse.client.changes("contacts", columns, page.delta_link, 5000)
    assert (nothing.records, nothing.deleted_ids) == ([], [])


async def test_a_token_that_is_refused_is_replaced(dataverse: DataverseOnStandIn) -> None:
    """A token that Dataverse does not take (any more) costs one request and no error, unless the next is no better."""
    good = await dataverse.tokens.token(dataverse.client.url)
    given = ["expired", good]
    tokens = TokenSource(lambda: lambda _resource: {"access_token": given.pop(0), "expires_in": 3600})
    client = Dataverse(dataverse.client.url, tokens, dataverse.http)
    assert str((await client.who_am_i()).user_id) == API_USER_ID
    hopeless = TokenSource(lambda: lambda _resource: {"access_token": "expired", "expires_in": 3600})
    with pytest.raises(Misconfigured, match="dataverse-unauthorised"):
        await Dataverse(dataverse.client.url, hopeless, dataverse.http).who_am_i()
