"""``presence``: one status on both sides, do not disturb while a telephone rings, then what was before (E1, E3, E4)."""

from local.outside import Outside
from local.smoke.callback import NUMBER
from local.smoke.capabilities import capability, eventually

HANNU, HANNU_D365 = "71000000-0000-4000-8000-000000000008", "a0000000-0000-4000-8000-000000000008"
HANNUS_NUMBER = "+35891001008"
FOCUS = "5f000000-0000-4000-8000-000000000001"
AVAILABLE, QUIET = (f"{first}-c07a-e811-8162-000d3aa11f50" for first in ("f523f628", "08971864"))
AVAILABLE_TYPE, BUSY_TYPE = 0, 1


@capability("presence")
async def presence(seen: Outside) -> None:
    await _set_in_dynamics(seen, FOCUS)
    await eventually(lambda: _at_voicecloud(seen, BUSY_TYPE), "Focus time in Dynamics is not busy at the voice cloud")
    body = {"Number": HANNUS_NUMBER, "From": NUMBER, "Answer": "nobody"}
    answer = await seen.voicecloud.post("/control/api/calls", json=body)
    call_id = str(answer.raise_for_status().json()["CallId"])
    await eventually(lambda: _in_dynamics(seen, QUIET), "a ring does not set do not disturb in Dynamics")
    await seen.hang_up(call_id)
    await eventually(lambda: _in_dynamics(seen, FOCUS), "Focus time does not come back after the call")
    available = {"EventTypeID": AVAILABLE_TYPE, "EventSource": "smoke", "Note": "", "UserID": HANNU}
    (await seen.voicecloud.post(f"/users/{HANNU}/availability", json=available)).raise_for_status()
    await eventually(lambda: _in_dynamics(seen, AVAILABLE), "available at the voice cloud is not so in Dynamics")


async def _set_in_dynamics(seen: Outside, presence_id: str) -> None:
    body = {"ApiVersion": "1.0", "AgentId": HANNU_D365, "PresenceId": presence_id}
    headers = {"MSCRMCallerID": HANNU_D365}
    (await seen.dataverse.post("CCaaS_ModifyAgentPresence", json=body, headers=headers)).raise_for_status()


async def _in_dynamics(seen: Outside, presence_id: str) -> bool | None:
    headers = {"MSCRMCallerID": HANNU_D365}
    row = (await seen.dataverse.get("CCaaS_GetPresence(ApiVersion='1.0')", headers=headers)).raise_for_status().json()
    return True if row["PresenceId"] == presence_id else None


async def _at_voicecloud(seen: Outside, type_id: int) -> bool | None:
    row = (await seen.voicecloud.get(f"/users/{HANNU}/availability/current")).raise_for_status().json()
    return True if row["EventTypeID"] == type_id else None
