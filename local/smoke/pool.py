"""``pool``: a customer calls a pool, an agent answers, both hang up, and the call's rows are there, complete."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.outside import Outside
from local.smoke.capabilities import capability, eventually, expect

SALES = "73000000-0000-4000-8000-000000000001"
SALES_NUMBER, CUSTOMER_NUMBER = "+35891000100", "+358401234567"
ENDED = {"caller_left", "agent_left"}
FILLED = ("Id", "TimeStamp", "UserID", "UserName", "Terminal", "ArrivalTime", "AnswerTime", "EndTime", "RecordingIds")

Row = Mapping[str, Any]


@capability("pool")
async def pool(seen: Outside) -> None:
    call_id = await _call(seen)
    talking = await eventually(lambda: _talking(seen, call_id), "no agent answers")
    expect(talking["Pool"], "Sales", "the pool")
    await _post(seen, f"calls/{call_id}/hangup")
    row = await eventually(lambda: _row(seen, "/calls", call_id), "the call is not in the records")
    expect((row["ANum"], row["BNum"]), (CUSTOMER_NUMBER, SALES_NUMBER), "the numbers")
    expect((row["CallTypeString"], row["Direction"], row["EndResult"]), ("ServiceCall", 0, 0), "the kind of call")
    expect((row["AnswerQueueId"], row["Privacy"]), (SALES, "Work"), "queue and classification")
    expect(row["EndReason"] in ENDED, True, "a known end")
    expect([name for name in FILLED if not row[name]], [], "what is missing")
    visit = await eventually(lambda: _row(seen, "/servicecall", call_id), "the visit to the pool is not in the records")
    expect(
        (visit["QueueName"], visit["AnsweredByUserID"], visit["Result"]),
        ("Sales", row["UserID"], "answered"),
        "the visit",
    )
    await _heard(seen, row["RecordingIds"][0])


async def _call(seen: Outside) -> str:
    answer = await _post(seen, "calls", Number=SALES_NUMBER, From=CUSTOMER_NUMBER)
    return str(answer["CallId"])


async def _talking(seen: Outside, call_id: str) -> Row | None:
    state = (await seen.voicecloud.get("/control/api/state")).raise_for_status().json()
    found: Row | None = next((one for one in state["calls"] if one["CallId"] == call_id), None)
    return found if found and found["State"] == "talking" else None


async def _row(seen: Outside, path: str, call_id: str) -> Row | None:
    """The newest row of the call, once it is over."""
    now = datetime.now(UTC)
    window = {"StartTime": str(now - timedelta(minutes=5)), "EndTime": str(now + timedelta(minutes=5))}
    rows = (await seen.voicecloud.get(path, params=window)).raise_for_status().json()
    found: list[Row] = [one for one in rows if one["CallID"] == call_id and one["EndTime"] and not one["EndResult"]]
    return found[-1] if found else None


async def _heard(seen: Outside, recording_id: str) -> None:
    link = (await seen.voicecloud.get(f"/calls/recordings/{recording_id}")).raise_for_status().json()["URL"]
    audio = (await seen.voicecloud.get(f"/{link}", auth=None)).raise_for_status()
    expect(audio.headers["Content-Type"], "audio/mpeg", "the recording")


async def _post(seen: Outside, path: str, **body: str) -> Row:
    answer: Row = (await seen.voicecloud.post(f"/control/api/{path}", json=body)).raise_for_status().json()
    return answer
