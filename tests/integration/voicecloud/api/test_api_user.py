"""A program that uses the API as itself."""

from tests.fixtures.voicecloud import RunVoiceCloud

PATH = "/users/me/availability"


async def test_its_own_availability_works(run_voicecloud: RunVoiceCloud) -> None:
    """Available without an event; what it sets is kept over a restart and can be ended; its status says no phone."""
    async with run_voicecloud() as cloud:
        assert (await cloud.client.get(f"{PATH}/current")).json()["EventType"] == "Available"
        set_ = await cloud.client.post(PATH, json={"EventTypeID": 3, "Note": "closed"})
        assert (set_.status_code, set_.json()["EventTypeID"]) == (201, 3)
        status = (await cloud.client.get("/users/me/status")).json()
        assert (status["CanBeAllocatedTo"], status["ServiceTerminals"]) == (False, 0)
    async with run_voicecloud() as cloud:
        assert (await cloud.client.get(f"{PATH}/current")).json()["Note"] == "closed"
        assert (await cloud.client.delete(f"{PATH}/{set_.json()['Id']}")).status_code == 200
        again = await cloud.client.delete(f"{PATH}/{set_.json()['Id']}")
        assert (again.status_code, again.json()["Code"]) == (404, "availability-unknown")
