"""Phone call activities: parties, states, and what a closed one refuses."""

import pytest

from tests.fixtures.dynamics import ANNA, APPLICATION_USER, BJORN, MAIJA, MATTI, LocalDynamics

PARTIES = "phonecall_activity_parties"


def sender(contact_id: str) -> dict[str, object]:
    return {"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({contact_id})"}


async def new_call(dynamics: LocalDynamics, **columns: object) -> str:
    row = await dynamics.ok("POST", "phonecalls", {"subject": "Call", **columns}, Prefer="return=representation")
    return f"phonecalls({row['activityid']})"


async def parties(dynamics: LocalDynamics, call: str) -> list[tuple[int, str | None]]:
    row = await dynamics.ok("GET", f"{call}?$expand={PARTIES}($orderby=participationtypemask)")
    return [(party["participationtypemask"], party["_partyid_value"]) for party in row[PARTIES]]


async def test_parties_are_written_with_their_call(dynamics: LocalDynamics) -> None:
    """A deep insert makes them; a later list takes their place; a write without a list leaves them."""
    call = await new_call(dynamics, **{PARTIES: [sender(MATTI)]})
    assert await parties(dynamics, call) == [(1, MATTI)]
    await dynamics.ok("PATCH", call, {"subject": "Changed"})
    assert await parties(dynamics, call) == [(1, MATTI)]
    unknown = {"participationtypemask": 1, "unresolvedpartyname": "+358401112222"}
    await dynamics.ok("PATCH", call, {PARTIES: [sender(MAIJA), unknown]})
    assert set(await parties(dynamics, call)) == {(1, MAIJA), (1, None)}
    await dynamics.ok("DELETE", f"contacts({MAIJA})")
    assert await parties(dynamics, call) == [(1, None), (1, None)]


@pytest.mark.parametrize(
    "listed",
    [
        [{"partyid_contact@odata.bind": f"/contacts({MATTI})"}],
        [{"participationtypemask": 1}],
        [{"participationtypemask": 99, "partyid_contact@odata.bind": f"/contacts({MATTI})"}],
        [{"participationtypemask": 1, "partyid_contact@odata.bind": f"/accounts({MATTI})"}],
        [{"participationtypemask": 1, "partyid_contact@odata.bind": f"/contacts({ANNA})"}],
        [{**sender(MATTI), "nothing": 1}],
        "everybody",
        ["Matti"],
    ],
)
async def test_a_bad_party_refuses_the_call(dynamics: LocalDynamics, listed: object) -> None:
    """Without a role, a party or a row behind it, neither party nor call is written."""
    status, _, _ = await dynamics.refused("POST", "phonecalls", {"subject": "Call", PARTIES: listed})
    assert status in {400, 404}
    assert (await dynamics.ok("GET", "phonecalls"))["value"] == []


async def test_owner_and_regarding_are_parties_where_the_server_keeps_them(dynamics: LocalDynamics) -> None:
    """With the switch on, the server's own parties follow the owner and what the call is about."""
    await dynamics.switch("settings", {"system_parties": True})
    regarding = {"regardingobjectid_contact_phonecall@odata.bind": f"/contacts({MATTI})"}
    call = await new_call(dynamics, **{PARTIES: [sender(MATTI)]}, **regarding)
    assert await parties(dynamics, call) == [(1, MATTI), (8, MATTI), (9, APPLICATION_USER)]
    await dynamics.ok("PATCH", call, {"ownerid@odata.bind": f"/systemusers({BJORN})", PARTIES: []})
    assert await parties(dynamics, call) == [(8, MATTI), (9, BJORN)]


async def test_a_completed_call_knows_when_it_ended(dynamics: LocalDynamics) -> None:
    """Completing fills in the end, and the minutes when the start is known; the status is the state's default."""
    call = await new_call(dynamics, actualstart="2026-11-23T07:50:00Z")
    dynamics.time.advance(60)
    await dynamics.ok("PATCH", call, {"statecode": 1})
    row = await dynamics.ok("GET", call)
    assert (row["statecode"], row["statuscode"]) == (1, 2)
    assert (row["actualend"], row["actualdurationminutes"]) == ("2026-11-23T08:01:00Z", 11)


async def test_a_closed_call_refuses_changes_until_it_is_reopened(dynamics: LocalDynamics) -> None:
    """Completed and cancelled calls are read-only; reopening is a change they take."""
    for state, status in ((1, 4), (2, 3)):
        call = await new_call(dynamics)
        await dynamics.ok("PATCH", call, {"statecode": state, "statuscode": status})
        for body in ({"description": "late"}, {"statecode": state}, {PARTIES: []}):
            refusal = await dynamics.refused("PATCH", call, body)
            assert (refusal[0], refusal[2]) == (400, "Cannot update Closed or Cancelled Activity")
        await dynamics.ok("PATCH", call, {"statecode": 0, "statuscode": 1, "description": "again"})
        assert (await dynamics.ok("GET", call))["description"] == "again"


async def test_an_environment_may_let_closed_calls_be_changed(dynamics: LocalDynamics) -> None:
    """With the switch off, a completed call takes changes."""
    await dynamics.switch("settings", {"closed_activities_read_only": False})
    call = await new_call(dynamics)
    await dynamics.ok("PATCH", call, {"statecode": 1, "statuscode": 2})
    await dynamics.ok("PATCH", call, {"description": "late"})
    assert (await dynamics.ok("GET", call))["description"] == "late"
