"""``callback``: what a customer leaves at the voice cloud is an activity in a Dynamics queue (F2, F3, F4)."""

from local.outside import Outside
from local.smoke.capabilities import capability, eventually, expect

SALES_LIST = "cb000000-0000-4000-8000-000000000001"
SALES_QUEUE = "b0000000-0000-4000-8000-000000000001"
CUSTOMER, NUMBER = "d0000000-0000-4000-8000-000000000001", "+358401234567"
"""Matti Meikäläinen, whose number Dynamics has as ``040 123 4567``."""

FROM = 1


@capability("callback")
async def callback(seen: Outside) -> None:
    left = await seen.leave_callback(SALES_LIST, NUMBER, "Please call me back")
    activity = await eventually(lambda: seen.callback_activity(left), "no activity in Dynamics")
    expect(activity["subject"], "Callback Request", "the subject")
    expect(activity["_regardingobjectid_value"], CUSTOMER, "the customer it is regarding")
    senders = [
        party["_partyid_value"]
        for party in activity["phonecall_activity_parties"]
        if party["participationtypemask"] == FROM
    ]
    expect(senders, [CUSTOMER], "the caller")
    expect(await seen.queues_of(activity["activityid"]), [SALES_QUEUE], "the queue")
    closed = await eventually(lambda: seen.closed_callback(left), "the callback is not closed at its source")
    expect(closed["CloseNote"], "Handled by D365", "the note")
