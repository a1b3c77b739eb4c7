"""``activity``, ``enrichment``, ``enterprise``: what agents and customers talk about is in Dynamics (G, H)."""

from typing import Any

from local.outside import Outside
from local.smoke.callback import CUSTOMER, FROM, NUMBER
from local.smoke.capabilities import capability, eventually, expect

SALES = "+35891000100"
DAVID, DAVIDS_NUMBER = "a0000000-0000-4000-8000-000000000004", "+35891001004"
"""Has a web phone."""
FARID, FARIDS_NUMBER = "a0000000-0000-4000-8000-000000000006", "+35891001006"
"""Has a mobile phone."""
TO = 2
COMPLETED, RECEIVED = 1, 4


@capability("activity")
async def activity(seen: Outside) -> None:
    row = await _talked(seen, DAVIDS_NUMBER)
    expect((row["statuscode"], row["directioncode"]), (RECEIVED, False), "status and direction")
    expect((row["_ownerid_value"], row["_regardingobjectid_value"]), (DAVID, CUSTOMER), "owner and customer")
    expect((_party(row, FROM), _party(row, TO)), (CUSTOMER, DAVID), "the parties")


@capability("enrichment")
async def enrichment(seen: Outside) -> None:
    row = await _talked(seen, SALES)
    expect(row["voice_pool"], "Sales", "the pool")
    for column in ("voice_recording", "voice_arrivedon", "voice_firstansweredon", "voice_waittime"):
        expect(row[column] is not None, True, f"{column} being there")


@capability("enterprise")
async def enterprise(seen: Outside) -> None:
    row = await _talked(seen, FARIDS_NUMBER)
    expect((row["voice_terminal"], row["_ownerid_value"]), ("mobile", FARID), "terminal and owner")


async def _talked(seen: Outside, number: str) -> dict[str, Any]:
    """A customer calls, talks for a moment and hangs up; gives the completed activity."""
    call_id = await seen.call(number, NUMBER)
    await eventually(lambda: seen.talking(call_id), "nobody answered")
    await seen.hang_up(call_id)
    return await eventually(lambda: seen.completed_call(call_id), "no completed activity in Dynamics", within_s=30.0)


def _party(row: dict[str, Any], mask: int) -> str:
    parties = row["phonecall_activity_parties"]
    return next((str(one["_partyid_value"]) for one in parties if one["participationtypemask"] == mask), "")
