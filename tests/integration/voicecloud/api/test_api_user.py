"""A program that uses the API as itself."""

from tests.fixtures.voicecloud import RunVoiceCloud, VoiceCloud

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


async def test_its_status_and_next_number_answer_like_a_persons(voicecloud_shared: VoiceCloud) -> None:
    """The switch for pool calls is taken, without effect; a number it may not show is refused as such."""
    client = voicecloud_shared.client
    for accepted in (False, True):
        answer = await client.put("/users/me/status", json={"ServiceCallsAccepted": accepted})
        assert (answer.status_code, answer.json()["ServiceTerminals"]) == (200, 0)
    answer = await client.put("/users/me/status", json={"ServiceCallsAccepted": "yes"})
    assert (answer.status_code, answer.json()["Code"]) == (400, "field-type")
    path = "/users/me/features/cli/activate"
    assert (await client.post(path, json={"CallAsNumber": None})).status_code == 200
    answer = await client.post(path, json={"CallAsNumber": "+35891000100"})
    assert (answer.status_code, answer.json()["Code"]) == (400, "caller-number-not-allowed")
