"""``pool``: a customer calls a pool, an agent answers, both hang up, and the call's rows are there, complete."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.outside import Outside
from local.smoke.capabilities import capability, eventually, expect

BILLING = "73000000-0000-4000-8000-000000000003"
BILLING_NUMBER, CUSTOMER_NUMBER = "+35891000300", "+358401234567"
"""Whoever answers there has no other part in the smoke run."""
ENDED = {"caller_left", "agent_left"}
FILLED = ("Id", "TimeStamp", "UserID", "UserName", "Terminal", "ArrivalTime", "AnswerTime", "EndTime", "RecordingIds")

Row = Mapping[str, Any]


@capability("pool")
async def pool(seen: Outside) -> None:
    call_id = await seen.call(BILLING_NUMBER, CUSTOMER_NUMBER)
    await eventually(lambda: seen.talking(call_id), "no agent answers")
    await seen.hang_up(call_id)
    row = await eventually(lambda: _row(seen, "/calls", call_id), "the call is not in the records")
    expect((row["ANum"], row["BNum"]), (CUSTOMER_NUMBER, BILLING_NUMBER), "the numbers")
    expect((row["CallTypeString"], row["Direction"], row["EndResult"]), ("ServiceCall", 0, 0), "the kind of call")
    expect((row["AnswerQueueId"], row["Privacy"]), (BILLING, "Work"), "queue and classification")
    expect(row["EndReason"] in ENDED, True, "a known end")
    expect([name for name in FILLED if not row[name]], [], "what is missing")
    visit = await eventually(lambda: _row(seen, "/servicecall", call_id), "the visit to the pool is not in the records")
    expect(
        (visit["QueueName"], visit["AnsweredByUserID"], visit["Result"]),
        ("Billing", row["UserID"], "answered"),
        "the visit",
    )
    await _heard(seen, row["RecordingIds"][0])


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
