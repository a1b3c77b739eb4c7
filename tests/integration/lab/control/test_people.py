"""Users of ours played by command: calls on any terminal, and the rows they leave."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixtures.voicecloud import ANNA, CARLA, CUSTOMER, DAVID, SALES_NUMBER, RunVoiceCloud, VoiceCloud

DAVIDS, ELINAS, ANNAS = "+35891001004", "+35891001005", "+35891001001"
ELINA = "71000000-0000-4000-8000-000000000005"
TERMINALS = ("web", "mobile", "teams", "desk")
QUICK = {"AnswerAfterS": 0.02, "TalkS": 0.1}


async def command(cloud: VoiceCloud, path: str, **body: Any) -> httpx.Response:
    return await cloud.client.post(f"/control/api/{path}", json=body)


async def started(cloud: VoiceCloud, path: str, **body: Any) -> str:
    answer = await command(cloud, path, **body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["CallId"])


async def state(cloud: VoiceCloud, call_id: str, user: str | None, wanted: str) -> None:
    """Waits until a party is in this state."""
    async with asyncio.timeout(30):
        while True:
            call = cloud.store.telephony.engine.platform.live_call(call_id)
            if call and any(leg.user_id == user and leg.state == wanted for leg in call.legs):
                return
            await asyncio.sleep(0.005)


def shown(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("UserID", "CallTypeString", "Direction", "EndResult", "Terminal", "Privacy"))


@pytest.mark.parametrize("terminal", TERMINALS)
async def test_a_user_calls_a_customer_from_any_terminal(voicecloud_shared: VoiceCloud, terminal: str) -> None:
    """An answered call to the outside leaves one outgoing row with the terminal, numbers and length."""
    body = {"Number": CUSTOMER, "Terminal": terminal, **QUICK}
    [row] = await voicecloud_shared.over(await started(voicecloud_shared, f"agents/{DAVID}/calls", **body))
    assert shown(row) == (DAVID, "DirectCall", 1, 0, terminal, "Work")
    assert (row["ANum"], row["BNum"], row["EndReason"]) == (DAVIDS, CUSTOMER, "agent_left")
    assert row["RecordingIds"]


@pytest.mark.parametrize("terminal", TERMINALS)
async def test_a_user_is_given_a_terminal_and_answers_on_it(voicecloud_shared: VoiceCloud, terminal: str) -> None:
    """A customer's call to the user's number is answered there."""
    path = f"/control/api/agents/{ELINA}/terminal"
    body = {"Terminal": terminal, "AnswerFromS": 0.01, "AnswerToS": 0.02}
    assert (await voicecloud_shared.client.put(path, json=body)).status_code == 200
    call = {"Number": ELINAS, "From": CUSTOMER, "TalkS": 0.1}
    [row] = await voicecloud_shared.over(await started(voicecloud_shared, "calls", **call))
    assert shown(row) == (ELINA, "DirectCall", 0, 0, terminal, "Work")
    assert (row["ANum"], row["BNum"]) == (CUSTOMER, ELINAS)


async def test_a_terminal_outlives_a_restart_and_can_be_taken_away(run_voicecloud: RunVoiceCloud) -> None:
    """Anna, who has none, gets a mobile; after a restart it rings; taken away, nothing rings."""
    path = f"/control/api/agents/{ANNA}/terminal"
    call = {"Number": ANNAS, "From": CUSTOMER, "TalkS": 0.05}
    async with run_voicecloud() as cloud:
        await cloud.client.put(path, json={"Terminal": "mobile", "AnswerFromS": 0.01, "AnswerToS": 0.02})
    async with run_voicecloud() as cloud:
        [row] = await cloud.over(await started(cloud, "calls", **call))
        assert row["Terminal"] == "mobile"
        assert (await cloud.client.delete(path)).status_code == 200
        [missed] = await cloud.over(await started(cloud, "calls", **call))
        assert (missed["EndResult"], missed["RingTime"], missed["Terminal"]) == (1, 0, None)


async def test_calls_that_nobody_answers(voicecloud_shared: VoiceCloud) -> None:
    """To the outside, from the outside and within: the caller gives up, the called one declines."""
    out = {"Number": CUSTOMER, "Terminal": "mobile", "Answer": "nobody", "PatienceS": 0.05}
    refused = {"Number": CUSTOMER, "Terminal": "teams", "Answer": "refuse", "AnswerAfterS": 0.02}
    given_up = {"Number": DAVIDS, "From": CUSTOMER, "Answer": "nobody", "PatienceS": 0.05}
    declined = {"Number": DAVIDS, "From": CUSTOMER, "Answer": "refuse", "AnswerAfterS": 0.02}
    seen = []
    for path, body in (
        (f"agents/{DAVID}/calls", out),
        (f"agents/{DAVID}/calls", refused),
        ("calls", given_up),
        ("calls", declined),
    ):
        [row] = await voicecloud_shared.over(await started(voicecloud_shared, path, **body))
        assert (row["EndResult"], row["AnswerTime"], row["Duration"]) == (1, None, 0)
        seen.append((row["Direction"], row["Terminal"], row["EndReason"], row["RejectReason"]))
    assert seen == [
        (1, "mobile", "agent_left", None),
        (1, "teams", "declined", None),
        (0, None, "caller_left", "CallDisconnected"),
        (0, None, "declined", "GenericUserRejected"),
    ]
    assert row["EventCodes"] == [203]


async def test_an_internal_call_has_a_row_of_each(voicecloud_shared: VoiceCloud) -> None:
    """The caller and the called colleague each have a row."""
    body = {"Number": DAVIDS, "Terminal": "teams", **QUICK}
    rows = await voicecloud_shared.over(await started(voicecloud_shared, f"agents/{CARLA}/calls", **body))
    assert [shown(row)[:5] for row in rows] == [
        (CARLA, "DirectCall", 1, 0, "teams"),
        (DAVID, "DirectCall", 0, 0, "web"),
    ]


@pytest.mark.parametrize("consult", [False, True])
async def test_a_call_is_transferred(voicecloud_shared: VoiceCloud, consult: bool) -> None:
    """A customer's call goes on to a colleague, at once or after asking the colleague; both have their row."""
    cloud = voicecloud_shared
    await cloud.client.put(f"/control/api/agents/{ELINA}/terminal", json={"Terminal": "desk"})
    call_id = await started(cloud, "calls", Number=DAVIDS, From=CUSTOMER, Answer="nobody")
    assert (await command(cloud, f"calls/{call_id}/answer", User=DAVID)).status_code == 200
    assert (await command(cloud, f"calls/{call_id}/hold", User=DAVID)).status_code == 200
    assert (await command(cloud, f"calls/{call_id}/resume", User=DAVID)).status_code == 200
    sent = await command(cloud, f"calls/{call_id}/transfer", User=DAVID, To=ELINAS, Consult=consult)
    assert sent.status_code == 200, sent.text
    assert (await command(cloud, f"calls/{call_id}/answer", User=ELINA)).status_code == 200
    if consult:
        assert (await command(cloud, f"calls/{call_id}/complete", User=DAVID)).status_code == 200
    await state(cloud, call_id, ELINA, "connected")
    assert (await command(cloud, f"calls/{call_id}/hangup")).status_code == 200
    davids, elinas = await cloud.over(call_id)
    assert (davids["UserID"], davids["Terminal"], davids["EndResult"]) == (DAVID, "web", 0)
    assert davids["TransferredTo"]
    assert (davids["EventCodes"], elinas["EventCodes"]) == ([205, 204, 2], [2])
    assert (elinas["UserID"], elinas["Terminal"], elinas["EndResult"]) == (ELINA, "desk", 0)


async def test_an_outgoing_call_is_transferred_to_a_pool(voicecloud_shared: VoiceCloud) -> None:
    """Whom the user has called ends up with the pool's agent."""
    cloud = voicecloud_shared
    call_id = await started(cloud, f"agents/{CARLA}/calls", Number=CUSTOMER, Terminal="mobile", Answer="nobody")
    assert (await command(cloud, f"calls/{call_id}/answer")).status_code == 200
    assert (await command(cloud, f"calls/{call_id}/transfer", User=CARLA, To=SALES_NUMBER)).status_code == 200
    async with asyncio.timeout(30):
        while not any(one["State"] == "talking" for one in await calls(cloud)):
            await command(cloud, f"calls/{call_id}/answer", User=DAVID)
            await command(cloud, f"calls/{call_id}/answer", User=ELINA)
    await command(cloud, f"calls/{call_id}/hangup")
    rows = await cloud.over(call_id)
    assert rows[0]["CallTypeString"] == "DirectCall"
    assert {row["CallTypeString"] for row in rows[1:]} == {"ServiceCall"}


async def calls(cloud: VoiceCloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await cloud.client.get("/control/api/state")).json()["calls"]
    return found


@pytest.mark.parametrize("privacy", ["Work", "Private", "Undefined"])
async def test_direct_calls_have_the_users_classification(voicecloud_shared: VoiceCloud, privacy: str) -> None:
    """What the user has set as the default; a call to a pool is work all the same."""
    await command(voicecloud_shared, f"agents/{DAVID}", CallPrivacyDefault=privacy)
    body = {"Number": CUSTOMER, "Terminal": "mobile", **QUICK}
    [row] = await voicecloud_shared.over(await started(voicecloud_shared, f"agents/{DAVID}/calls", **body))
    assert row["Privacy"] == privacy
    await command(voicecloud_shared, f"agents/{DAVID}", CallPrivacyDefault="Work")


async def test_refusals_have_codes(voicecloud_shared: VoiceCloud) -> None:
    """A party that is not there, a call that is over, a number that may not be shown, a second call at once."""
    cloud = voicecloud_shared
    path = f"agents/{DAVID}/calls"
    foreign = await command(cloud, path, Number=CUSTOMER, CallerNumber="+35800000000")
    assert foreign.json()["Code"] == "caller-number-not-allowed"
    assert (await command(cloud, path, Number=CUSTOMER, Terminal="fax")).json()["Code"] == "field-value"
    assert (await command(cloud, path, Terminal="mobile")).json()["Code"] == "field-missing"
    call_id = await started(cloud, path, Number=CUSTOMER, Answer="nobody")
    assert (await command(cloud, path, Number=CUSTOMER)).json()["Code"] == "user-busy"
    assert (await command(cloud, f"calls/{call_id}/answer", User=ELINA)).json()["Code"] == "party-unknown"
    assert (await command(cloud, f"calls/{call_id}/reject")).status_code == 200
    assert (await command(cloud, f"calls/{call_id}/hangup", User=DAVID)).json()["Code"] == "call-unknown"
