"""``callback``: what a customer leaves at the voice cloud is an activity in a Dynamics queue (F2, F3, F4)."""

from typing import Any

from local.outside import Outside
from local.smoke.capabilities import capability, eventually, expect

SALES_LIST = "cb000000-0000-4000-8000-000000000001"
SALES_QUEUE = "b0000000-0000-4000-8000-000000000001"
CUSTOMER, NUMBER = "d0000000-0000-4000-8000-000000000001", "+358401234567"
"""Matti Meikäläinen, whose number Dynamics has as ``040 123 4567``."""

FROM = 1


@capability("callback")
async def callback(seen: Outside) -> None:
    body = {"ListId": SALES_LIST, "CallerNumber": NUMBER, "Reason": "CallerChoice", "Note": "Please call me back"}
    left = (await seen.voicecloud.post("/callbacks", json=body)).raise_for_status().json()
    activity = await eventually(lambda: _activity(seen, left["Id"]), "no activity in Dynamics")
    expect(activity["subject"], "Callback Request", "the subject")
    expect(activity["_regardingobjectid_value"], CUSTOMER, "the customer it is regarding")
    senders = [
        party["_partyid_value"]
        for party in activity["phonecall_activity_parties"]
        if party["participationtypemask"] == FROM
    ]
    expect(senders, [CUSTOMER], "the caller")
    expect(await _queues(seen, activity["activityid"]), [SALES_QUEUE], "the queue")
    closed = await eventually(lambda: _closed(seen, left["Id"]), "the callback is not closed at its source")
    expect(closed["CloseNote"], "Handled by D365", "the note")


async def _activity(seen: Outside, callback_id: str) -> dict[str, Any] | None:
    query = {"$filter": f"voice_callbackid eq '{callback_id}'", "$expand": "phonecall_activity_parties"}
    rows = (await seen.dataverse.get("phonecalls", params=query)).raise_for_status().json()["value"]
    return rows[0] if rows else None


async def _queues(seen: Outside, activity_id: str) -> list[str]:
    query = {"$filter": f"_objectid_value eq {activity_id}", "$select": "_queueid_value"}
    rows = (await seen.dataverse.get("queueitems", params=query)).raise_for_status().json()["value"]
    return [row["_queueid_value"] for row in rows]


async def _closed(seen: Outside, callback_id: str) -> dict[str, Any] | None:
    row: dict[str, Any] = (await seen.voicecloud.get(f"/callbacks/{callback_id}")).raise_for_status().json()
    return row if row["State"] == "Closed" else None
