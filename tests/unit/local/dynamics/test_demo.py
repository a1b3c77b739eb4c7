"""The demo organisation, on both sides."""

import json
from typing import Any

from tests.fixtures.dynamics import SEED


def read(name: str) -> Any:
    return json.loads((SEED.parent / name).read_text(encoding="utf-8"))


def test_agents_are_known_to_the_voice_cloud() -> None:
    """Each of the eight has the id and the address of the voice cloud's user with the same e-mail address."""
    voice_users = {user["UserName"]: user["Id"] for user in read("voicecloud.json")["Users"]}
    agents = [user for user in read("dynamics.json")["systemuser"] if "applicationid" not in user]
    assert len(agents) == 8
    for agent in agents:
        assert agent["voice_useremail"] == agent["internalemailaddress"]
        assert agent["voice_userid"] == voice_users[agent["voice_useremail"]]


def test_the_first_call_is_one_of_the_demos_people() -> None:
    """The agent can sign in, is the same person at the voice cloud and a member of the pool whose number is called."""
    first, cloud = read("first-call.json"), read("voicecloud.json")
    [agent] = [one for one in read("dynamics.json")["systemuser"] if one["systemuserid"] == first["user"]]
    assert (agent["internalemailaddress"], agent["voice_userid"]) == (first["email"], first["agent"])
    assert (first["email"], first["name"]) in {(one["email"], one["name"]) for one in read("entra.json")["people"]}
    [user] = [one for one in cloud["Users"] if one["Id"] == first["agent"]]
    assert "Simulated" not in user
    [pool] = [one for one in cloud["Queues"] if one["Name"] == first["pool"]]
    assert first["number"] in pool["Numbers"]
    assert first["agent"] in {one["UserId"] for one in pool["Members"]}
    assert {"Name": first["customer"], "Number": first["caller"]}.items() <= next(
        one for one in cloud["Customers"] if one["Number"] == first["caller"]
    ).items()
