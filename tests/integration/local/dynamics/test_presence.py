"""Presence of representatives: read, set, taken over by the system, sent to webhooks."""

from typing import Any

import pytest

from local.dynamics.data.tables.presence import AVAILABLE, BUILT_IN, BUSY, BUSY_DND, OFFLINE
from local.dynamics.seed import ENGINE
from tests.fixtures.dynamics import ANNA, ANNA_OBJECT, MATTI, LocalDynamics
from tests.fixtures.webhook_receiver import Receiver

MODIFY = "CCaaS_ModifyAgentPresence"
FOCUS = "5f000000-0000-4000-8000-000000000001"
FREE, TAKEN, QUIET, GONE = (BUILT_IN[base][0] for base in (AVAILABLE, BUSY, BUSY_DND, OFFLINE))
BODY = {"ApiVersion": "1.0", "AgentId": ANNA, "PresenceId": TAKEN}


async def set_to(dynamics: LocalDynamics, presence_id: str) -> None:
    answer = await dynamics.ask("POST", MODIFY, {**BODY, "PresenceId": presence_id}, MSCRMCallerID=ANNA)
    assert (answer.status_code, answer.content) == (200, b"")


async def exhaust(dynamics: LocalDynamics, exhausted: bool) -> None:
    await dynamics.switch("capacity", {"systemuserid": ANNA, "exhausted": exhausted})


async def status(dynamics: LocalDynamics) -> Any:
    (row,) = (await dynamics.ok("GET", f"msdyn_agentstatuses?$filter=_msdyn_agentid_value eq {ANNA}"))["value"]
    return row


async def test_every_environment_has_the_built_in_presences(dynamics: LocalDynamics) -> None:
    """Under their own ids, each of its base status; the demo adds one that counts as busy."""
    rows = (await dynamics.ok("GET", "msdyn_presences?$orderby=msdyn_basepresencestatus,msdyn_name"))["value"]
    shown = {row["msdyn_presenceid"]: row["msdyn_basepresencestatus"] for row in rows}
    assert shown == {**{key: base for base, (key, _) in BUILT_IN.items()}, FOCUS: BUSY}


@pytest.mark.parametrize(
    "path",
    [
        "CCaaS_GetPresence",
        "CCaaS_GetPresence()",
        "CCaaS_GetPresence(ApiVersion='1.0')",
        "CCaaS_GetPresence(ApiVersion=@v)?@v='1.0'",
    ],
)
async def test_a_representative_is_offline_until_set_to_something(dynamics: LocalDynamics, path: str) -> None:
    """The function reports on whom it is called for, before and after they were set to a presence."""
    before = await dynamics.ok("GET", path, MSCRMCallerID=ANNA)
    assert (before["AgentId"], before["AgentName"], before["PresenceId"]) == (ANNA, "Anna Virtanen", GONE)
    assert before["ActiveBrowserSessions"] == 0
    await set_to(dynamics, FOCUS)
    after = await dynamics.ok("GET", path, CallerObjectId=ANNA_OBJECT)
    assert (after["PresenceId"], after["CurrentPresenceStatusInfo"]) == (FOCUS, "Focus time")
    assert (after["ActiveBrowserSessions"], after["Timestamp"]) == (1, 1795420800)


async def test_a_presence_that_is_set_is_the_representatives_own_choice(dynamics: LocalDynamics) -> None:
    """One row per representative, written by the assignment engine, with who chose and when."""
    await set_to(dynamics, FREE)
    dynamics.time.advance(60)
    await set_to(dynamics, TAKEN)
    row = await status(dynamics)
    assert (row["_msdyn_currentpresenceid_value"], row["msdyn_presencemodifiedby"]) == (TAKEN, "AGENT")
    assert (row["msdyn_presencemodifiedon"], row["msdyn_isagentloggedin"]) == ("2026-11-23T08:01:00Z", True)
    assert (row["msdyn_availableunitscapacity"], row["_modifiedby_value"]) == (100, ENGINE.user_id)
    await set_to(dynamics, GONE)
    assert (await status(dynamics))["msdyn_isagentloggedin"] is False


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", MODIFY, {**BODY, "ApiVersion": "2.0"}, 400),
        ("POST", MODIFY, {"AgentId": ANNA, "PresenceId": TAKEN}, 400),
        ("POST", MODIFY, {**BODY, "PresenceId": "Busy"}, 400),
        ("POST", MODIFY, {**BODY, "PresenceId": MATTI}, 404),
        ("POST", MODIFY, {**BODY, "AgentId": MATTI}, 404),
        ("GET", MODIFY, None, 405),
        ("POST", "CCaaS_GetPresence", {}, 405),
        ("GET", "CCaaS_GetPresence(ApiVersion='2.0')", None, 400),
        ("GET", "CCaaS_GetPresence(Version='1.0')", None, 400),
    ],
)
async def test_what_the_functions_do_not_take_is_refused(
    dynamics: LocalDynamics, method: str, path: str, body: object, expected: int
) -> None:
    """Other versions, unknown representatives and presences, the wrong method; nothing is written."""
    assert (await dynamics.refused(method, path, body, MSCRMCallerID=ANNA))[0] == expected
    assert (await dynamics.ok("GET", "msdyn_agentstatuses"))["value"] == []


async def test_the_functions_are_for_representatives(dynamics: LocalDynamics) -> None:
    """An application has no presence of its own, and a user without the role may neither read nor set one."""
    assert (await dynamics.refused("GET", "CCaaS_GetPresence"))[0] == 404
    for privilege, request in (("Read", ("GET", "CCaaS_GetPresence")), ("Write", ("POST", MODIFY, BODY))):
        await dynamics.switch(
            "privileges", {"systemuserid": ANNA, "privilege": f"prv{privilege}msdyn_agentstatus", "granted": False}
        )
        assert (await dynamics.refused(*request, MSCRMCallerID=ANNA))[:2] == (403, "0x80040220")
    await dynamics.ok("POST", MODIFY, BODY)


async def test_the_system_takes_over_and_gives_back(dynamics: LocalDynamics) -> None:
    """Without capacity the status is do not disturb; with it again it is what it was, also if notified twice."""
    await set_to(dynamics, FOCUS)
    for _ in range(2):
        await exhaust(dynamics, True)
        row = await status(dynamics)
        assert (row["_msdyn_currentpresenceid_value"], row["msdyn_presencemodifiedby"]) == (QUIET, "SYSTEM")
        assert row["msdyn_availableunitscapacity"] == 0
    for _ in range(2):
        await exhaust(dynamics, False)
        row = await status(dynamics)
        assert (row["_msdyn_currentpresenceid_value"], row["msdyn_presencemodifiedby"]) == (FOCUS, "SYSTEM")
        assert row["msdyn_availableunitscapacity"] == 100


async def test_what_is_chosen_at_capacity_stays(dynamics: LocalDynamics) -> None:
    """The system gives back only what it has set itself."""
    await set_to(dynamics, FREE)
    await exhaust(dynamics, True)
    await set_to(dynamics, GONE)
    assert (await status(dynamics))["msdyn_availableunitscapacity"] == 0
    await exhaust(dynamics, False)
    row = await status(dynamics)
    assert (row["_msdyn_currentpresenceid_value"], row["msdyn_presencemodifiedby"]) == (GONE, "AGENT")
    await dynamics.switch("reset")
    assert (await dynamics.ok("GET", "msdyn_agentstatuses"))["value"] == []


async def test_a_webhook_hears_of_presences(dynamics: LocalDynamics, webhook_receiver: Receiver) -> None:
    """Of the first and of each later one, with who is set to what by whom; the user named is the engine."""
    step = {"url": webhook_receiver.url, "table": "msdyn_agentstatus", "filtering": ["msdyn_currentpresenceid"]}
    await dynamics.switch("steps", step)
    await set_to(dynamics, FREE)
    await exhaust(dynamics, True)
    events = await webhook_receiver.wait_for(2)
    told = {}
    for event in events:
        (target,) = event["InputParameters"]
        columns = {one["key"]: one["value"] for one in target["value"]["Attributes"]}
        assert (columns["msdyn_agentid"]["Id"], event["InitiatingUserId"]) == (ANNA, ENGINE.user_id)
        told[event["MessageName"]] = (columns["msdyn_currentpresenceid"]["Id"], columns["msdyn_presencemodifiedby"])
    assert told == {"Create": (FREE, "AGENT"), "Update": (QUIET, "SYSTEM")}


async def test_the_history_has_every_change_with_its_end(dynamics: LocalDynamics) -> None:
    """Of presence and of capacity, by whoever it was set; only the last has no end."""
    await set_to(dynamics, FREE)
    dynamics.time.advance(60)
    await set_to(dynamics, FOCUS)
    dynamics.time.advance(60)
    await exhaust(dynamics, True)
    query = f"msdyn_agentstatushistories?$filter=_msdyn_agentid_value eq {ANNA}&$orderby=msdyn_starttime"
    rows = (await dynamics.ok("GET", query))["value"]
    times = [f"2026-11-23T08:0{minute}:00Z" for minute in range(3)]
    assert [(row["_msdyn_presenceid_value"], row["msdyn_starttime"], row["msdyn_endtime"]) for row in rows] == [
        (FREE, times[0], times[1]),
        (FOCUS, times[1], times[2]),
        (QUIET, times[2], None),
    ]
