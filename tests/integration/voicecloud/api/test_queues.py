"""Pools and availability over the API."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.voicecloud import CARLA, DAVID, SALES, SUPPORT, RunVoiceCloud, VoiceCloud
from voicecloud.routing.events import TerminalChanged
from voicecloud.vocabulary.calls import Terminal

PASSWORD = "local-password"
CARLAS_NAME = "carla.makinen@aurorahome.example"


async def test_only_for_user_lists_the_users_pools(voicecloud: VoiceCloud) -> None:
    """Everybody's own pools, A to Z; without the filter an API user sees all."""
    mine = await voicecloud.client.get("/queues/", params={"OnlyForUser": CARLA})
    assert [queue["Name"] for queue in mine.json()] == ["Billing", "Support"]
    assert len((await voicecloud.client.get("/queues")).json()) == 3


async def test_members_see_their_own_pools_only(voicecloud: VoiceCloud) -> None:
    """Pools of others are neither listed nor given."""
    carla = await voicecloud.signed_in(CARLAS_NAME, PASSWORD)
    assert [queue["Name"] for queue in (await carla.get("/queues")).json()] == ["Billing", "Support"]
    assert (await carla.get(f"/queues/{SALES}")).status_code == 403


async def test_a_change_of_members_acts_and_lasts(run_voicecloud: RunVoiceCloud) -> None:
    """Skill and activation change the figures at once and are there after a restart."""
    async with run_voicecloud() as cloud:
        cloud.store.telephony.engine.tell(TerminalChanged(CARLA, Terminal.WEB, online=True))
        before = (await cloud.client.get(f"/queues/{SUPPORT}")).json()["Status"]["ServingAgents"]
        path = f"/queues/{SUPPORT}/agents/{CARLA}"
        changed = await cloud.client.put(path, json={"Active": False, "SkillLevel": 7})
        assert (changed.json()["Active"], changed.json()["SkillLevel"]) == (False, 7)
        after = (await cloud.client.get(f"/queues/{SUPPORT}")).json()["Status"]["ServingAgents"]
        assert after == before - 1
    async with run_voicecloud() as cloud:
        agents = (await cloud.client.get(f"/queues/{SUPPORT}/agents")).json()
        [carla] = [one for one in agents if one["UserId"] == CARLA]
        assert (carla["Active"], carla["SkillLevel"]) == (False, 7)


async def test_rights_of_members_and_managers(voicecloud: VoiceCloud) -> None:
    """Members may switch themselves on and off, but neither change their skill nor add or remove anybody."""
    carla = await voicecloud.signed_in(CARLAS_NAME, PASSWORD)
    own = f"/queues/{SUPPORT}/agents/{CARLA}"
    assert (await carla.put(own, json={"Active": False})).status_code == 200
    assert (await carla.put(own, json={"SkillLevel": 9})).status_code == 403
    assert (await carla.put(f"/queues/{SUPPORT}/agents/{DAVID}", json={})).status_code == 403
    assert (await carla.delete(own)).status_code == 403
    assert (await voicecloud.client.delete(own)).status_code == 204


async def test_settings_are_changed_one_by_one(voicecloud: VoiceCloud) -> None:
    """A setting that is given is replaced, the others stay; nonsense is refused by name."""
    path = f"/queues/{SALES}/settings"
    before = (await voicecloud.client.get(path)).json()
    after = (await voicecloud.client.put(path, json={"Schedule": {"Weekly": {}}})).json()
    assert after == {**before, "Schedule": {"Weekly": {}, "Holidays": {}, "Always": False}}
    assert (await voicecloud.client.get(f"/queues/{SALES}")).json()["Status"]["OpenStatus"] == 1
    for document in ({"Colour": "blue"}, {"RingTimeoutS": "long"}, {"Members": []}, {"Selection": "by name"}):
        refused = await voicecloud.client.put(path, json=document)
        assert (refused.status_code, refused.json()["Code"][:6]) == (400, "field-")


async def test_availability_is_an_event(run_voicecloud: RunVoiceCloud) -> None:
    """An event holds until it is ended, over a restart too; then the user counts as Available."""
    async with run_voicecloud() as cloud:
        path = f"/users/{DAVID}/availability"
        made = (await cloud.client.post(path, json={"EventTypeID": 3, "Note": "exam", "UserID": DAVID})).json()
        assert made["EndTime"].startswith("9999")
        assert not (await cloud.client.get(f"/users/{DAVID}/status")).json()["Available"]
    async with run_voicecloud() as cloud:
        held = (await cloud.client.get(f"{path}/current")).json()
        assert (held["Id"], held["EventTypeID"], held["Note"]) == (made["Id"], 3, "exam")
        await cloud.client.delete(f"{path}/{made['Id']}")
        assert (await cloud.client.get(f"{path}/current")).json()["EventTypeID"] == 0


async def test_lunch_ends_by_itself(run_voicecloud: RunVoiceCloud) -> None:
    """Lunch is off work for thirty minutes, then what it was."""
    late = timedelta()
    async with run_voicecloud(clock=lambda: datetime.now(UTC) + late) as cloud:
        path = f"/users/{DAVID}/availability"
        await cloud.client.post(path, json={"EventTypeID": 7})
        assert not (await cloud.client.get(f"/users/{DAVID}/status")).json()["Schedule"]
        late = timedelta(minutes=31)
        assert (await cloud.client.get(f"{path}/current")).json()["EventType"] == "Available"


@pytest.mark.parametrize("body", [{}, {"EventTypeID": 99}, {"EventTypeID": 3, "EndTime": "soon"}])
async def test_unknown_availability_is_refused(voicecloud: VoiceCloud, body: dict[str, object]) -> None:
    """A type or time that is none is named."""
    assert (await voicecloud.client.post(f"/users/{DAVID}/availability", json=body)).status_code == 400
