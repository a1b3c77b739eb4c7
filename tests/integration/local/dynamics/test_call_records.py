"""What a program that keeps call records relies on: parties, versions, representations, custom columns."""

import json
from uuid import uuid4

import pytest

from shared.dataverse.batch import BatchAnswer, compose, parse
from shared.dataverse.model import Change
from tests.fixtures.dynamics import MAIJA, MATTI, LocalDynamics

BASE = "/api/data/v9.2"
PARTIES = "phonecall_activity_parties"
ATTEMPT = "voice_callbackrequest"


def sender(contact_id: str) -> dict[str, object]:
    return {"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({contact_id})"}


async def new_call(dynamics: LocalDynamics, **columns: object) -> str:
    call = str(uuid4())
    await dynamics.ok("PATCH", f"phonecalls({call})", {"subject": "Call", **columns}, If_None_Match="*")
    return call


async def parts(dynamics: LocalDynamics, *changes: Change) -> list[BatchAnswer]:
    """The answers of one change set."""
    content_type, body = compose(BASE, changes)
    answer = await dynamics.client.post("$batch", content=body.encode(), headers={"Content-Type": content_type})
    return parse(answer.headers["Content-Type"], answer.content)


async def statuses(dynamics: LocalDynamics, *changes: Change) -> list[int]:
    return [part.status for part in await parts(dynamics, *changes)]


async def test_new_parties_make_a_new_version(dynamics: LocalDynamics) -> None:
    """A PATCH with nothing but parties replaces them all and changes the ETag; a stale one is refused with them."""
    path = f"phonecalls({await new_call(dynamics, **{PARTIES: [sender(MATTI)]})})"
    before = (await dynamics.ok("GET", path))["@odata.etag"]
    await dynamics.ok("PATCH", path, {PARTIES: [sender(MAIJA)]}, If_Match=before)
    row = await dynamics.ok("GET", f"{path}?$expand={PARTIES}")
    assert row["@odata.etag"] != before
    assert [party["_partyid_value"] for party in row[PARTIES]] == [MAIJA]
    assert (await dynamics.refused("PATCH", path, {PARTIES: []}, If_Match=before))[1] == "0x80060882"
    assert len((await dynamics.ok("GET", f"{path}?$expand={PARTIES}"))[PARTIES]) == 1


async def test_a_create_only_upsert_gives_the_row_with_its_version(dynamics: LocalDynamics) -> None:
    """201 with the ETag that the next conditional PATCH needs, which gives 200 with the following one."""
    path = f"phonecalls({uuid4()})"
    wanted = {"Prefer": "return=representation"}
    made = await dynamics.ask("PATCH", path, {"subject": "A", PARTIES: [sender(MATTI)]}, If_None_Match="*", **wanted)
    assert (made.status_code, made.json()["subject"]) == (201, "A")
    etag = made.json()["@odata.etag"]
    changed = await dynamics.ask("PATCH", path, {"subject": "B"}, If_Match=etag, **wanted)
    assert (changed.status_code, changed.json()["subject"]) == (200, "B")
    assert changed.json()["@odata.etag"] == changed.headers["ETag"] != etag
    assert (await dynamics.ok("GET", path))["@odata.etag"] == changed.headers["ETag"]


async def test_a_call_is_made_and_completed_in_one_change_set(dynamics: LocalDynamics) -> None:
    """A create-only PATCH, then one with the state, both of the same row."""
    path = f"phonecalls({uuid4()})"
    made = Change("PATCH", path, {"subject": "A", "actualstart": "2026-11-23T07:59:00Z"}, if_none_match="*")
    done = Change("PATCH", path, {"statecode": 1, "statuscode": 2})
    assert await statuses(dynamics, made, done) == [204, 204]
    row = await dynamics.ok("GET", path)
    assert (row["statecode"], row["statuscode"], row["actualdurationminutes"]) == (1, 2, 1)
    assert await statuses(dynamics, made, done) == [412]


async def test_parts_give_their_rows_when_preferred(dynamics: LocalDynamics) -> None:
    """``return=representation`` holds for the part that asks for it, with the version the row had then."""
    path = f"phonecalls({uuid4()})"
    made = Change("PATCH", path, {"subject": "A"}, if_none_match="*", returning=True)
    renamed = Change("PATCH", path, {"subject": "B"}, returning=True)
    first, second, third = await parts(dynamics, made, renamed, Change("PATCH", path, {"category": "x"}))
    assert [part.status for part in (first, second, third)] == [201, 200, 204]
    rows = [json.loads(part.body) for part in (first, second)]
    assert [row["subject"] for row in rows] == ["A", "B"]
    etags = [row["@odata.etag"] for row in [*rows, await dynamics.ok("GET", path)]]
    assert len(set(etags)) == 3


async def test_a_condition_holds_for_its_own_part_of_a_change_set(dynamics: LocalDynamics) -> None:
    """If-Match on the first PATCH of a row, none on the second; a stale first one undoes both."""
    path = f"phonecalls({await new_call(dynamics)})"
    etag = (await dynamics.ok("GET", path))["@odata.etag"]
    changes = (
        Change("PATCH", path, {"subject": "B"}, if_match=etag),
        Change("PATCH", path, {"statecode": 1, "statuscode": 4}),
    )
    assert await statuses(dynamics, *changes) == [204, 204]
    await dynamics.ok("PATCH", path, {"statecode": 0, "subject": "C"})
    assert await statuses(dynamics, *changes) == [412]
    assert (await dynamics.ok("GET", path))["subject"] == "C"


@pytest.mark.parametrize("navigation", [ATTEMPT, f"{ATTEMPT}_PhoneCall", f"{ATTEMPT}_phonecall"])
async def test_an_attempt_points_to_its_callback_request(dynamics: LocalDynamics, navigation: str) -> None:
    """A lookup to the own table is bound, read, expanded, filtered by and emptied, also when the other row goes."""
    request = await new_call(dynamics, subject="Callback Request")
    attempt = await new_call(dynamics, **{f"{navigation}@odata.bind": f"/phonecalls({request})"})
    row = await dynamics.ok("GET", f"phonecalls({attempt})?$expand={navigation}($select=subject)")
    assert (row[f"_{ATTEMPT}_value"], row[navigation]["subject"]) == (request, "Callback Request")
    for condition in (f"_{ATTEMPT}_value eq {request}", f"{navigation}/subject eq 'Callback Request'"):
        found = await dynamics.ok("GET", f"phonecalls?$select=activityid&$filter={condition}")
        assert [one["activityid"] for one in found["value"]] == [attempt]
    status, code, _ = await dynamics.refused(
        "PATCH", f"phonecalls({attempt})", {f"{navigation}@odata.bind": f"/contacts({MATTI})"}
    )
    assert (status, code) == (400, "0x80048d19")
    await dynamics.ok("DELETE", f"phonecalls({request})")
    assert (await dynamics.ok("GET", f"phonecalls({attempt})"))[f"_{ATTEMPT}_value"] is None


async def test_a_refusal_names_the_column_that_is_not_there(dynamics: LocalDynamics) -> None:
    """In what is written, bound, selected, filtered and ordered by."""
    path = f"phonecalls({await new_call(dynamics)})"
    status, code, message = await dynamics.refused("PATCH", path, {"voice_x": "1"})
    assert (status, code) == (400, "0x80048d19")
    assert "Invalid property 'voice_x' was found in entity 'Microsoft.Dynamics.CRM.phonecall'." in message
    assert "The property 'voice_x' does not exist on type 'Microsoft.Dynamics.CRM.phonecall'." in message
    bound = await dynamics.refused("PATCH", path, {"voice_x@odata.bind": f"/{path}"})
    assert (bound[0], "undeclared property 'voice_x'" in bound[2]) == (400, True)
    for query in ("$select=subject,voice_x", "$filter=voice_x eq 1", "$orderby=voice_x"):
        status, code, message = await dynamics.refused("GET", f"phonecalls?{query}")
        assert (status, code) == (400, "0x80060888")
        assert message == "Could not find a property named 'voice_x' on type 'Microsoft.Dynamics.CRM.phonecall'."
