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
