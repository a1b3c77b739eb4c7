"""The control page's own requests."""

from tests.fixtures.voicecloud import ANNA, DAVID, SALES_LIST, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_phones import WebPhone


async def test_the_page_and_its_files_are_served(voicecloud: VoiceCloud) -> None:
    """Page, style and script come with their types; anything else is not found."""
    types = {"": "text/html", "control.css": "text/css", "control.js": "text/javascript", "draw.js": "text/javascript"}
    for name, content_type in types.items():
        answer = await voicecloud.client.get(f"/control/{name}")
        assert answer.headers["Content-Type"].startswith(content_type)
    assert (await voicecloud.client.get("/control/api.py")).status_code == 404


async def test_a_played_call_shows_and_ends(voicecloud: VoiceCloud) -> None:
    """A call that a person plays is in the state until that person hangs up."""
    body = {"Number": SALES_NUMBER, "From": "+358401234567"}
    call_id = (await voicecloud.client.post("/control/api/calls", json=body)).json()["CallId"]
    [shown] = (await voicecloud.client.get("/control/api/state")).json()["calls"]
    assert (shown["CallId"], shown["Pool"], shown["Yours"]) == (call_id, "Sales", True)
    await voicecloud.client.post(f"/control/api/calls/{call_id}/hangup", json={})
    assert (await voicecloud.client.get("/control/api/state")).json()["calls"] == []
    assert (await voicecloud.client.post(f"/control/api/calls/{call_id}/hangup", json={})).status_code == 404


async def test_a_callback_and_an_agent_are_changed(voicecloud: VoiceCloud) -> None:
    """What the page sends is seen in the state."""
    left = {"ListId": SALES_LIST, "CallerNumber": "", "Reason": "CallerChoice"}
    await voicecloud.client.post("/control/api/callbacks", json=left)
    await voicecloud.client.post(f"/control/api/agents/{DAVID}", json={"Profile": "Lunch"})
    state = (await voicecloud.client.get("/control/api/state")).json()
    assert [one["CallerNumber"] for one in state["callbacks"]] == [""]
    assert next(one for one in state["agents"] if one["Id"] == DAVID)["Availability"] == "Lunch"


async def test_traffic_fills_the_pools(voicecloud: VoiceCloud) -> None:
    """Simulated traffic runs until it is switched off."""
    await voicecloud.client.post("/control/api/traffic", json={"CallsPerHour": 7200})
    assert (await voicecloud.client.get("/control/api/state")).json()["traffic"] == 7200
    await voicecloud.client.post("/control/api/traffic", json={"CallsPerHour": 0})
    assert (await voicecloud.client.get("/control/api/state")).json()["traffic"] == 0


async def test_a_voice_cloud_by_itself_has_no_control_page_and_no_telephone_outside(
    run_voicecloud: RunVoiceCloud,
) -> None:
    """It needs no sign-in, so it is only there with the lab; without lab and trunk a call to outside fails at once,
    and nobody is reached at a simulated telephone."""
    async with run_voicecloud(lab=False) as cloud:
        for path in ("/control/", "/control/api/state"):
            assert (await cloud.client.get(path)).status_code == 404
        phone = WebPhone(cloud, ANNA)
        await phone.open()
        rows = await cloud.over(await phone.dial("+358501112233"))
        assert [row["EndReason"] for row in rows] == ["failed"]
        platform = cloud.store.telephony.engine.platform
        assert not any(
            platform.user_status(user).service_terminals for user in platform.configuration.users if user != ANNA
        )
