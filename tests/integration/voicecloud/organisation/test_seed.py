"""A changed organisation file, applied at the next start."""

import json
from pathlib import Path
from typing import Any

from tests.fixtures.voicecloud import CARLA, DAVID, SALES_LIST, RunVoiceCloud

CARLAS_NAME = "carla.makinen@aurorahome.example"


async def test_a_change_of_the_file_is_applied(run_voicecloud: RunVoiceCloud, hasty_seed: Path, tmp_path: Path) -> None:
    """Names, passwords, new and removed entries; what was changed by the API meanwhile stays."""
    organisation = json.loads(hasty_seed.read_text())  # noqa: ASYNC240 (a small file of a test)
    seed = tmp_path / "organisation.json"
    written(seed, organisation)
    async with run_voicecloud(seed=seed) as cloud:
        old = await cloud.signed_in(CARLAS_NAME, "local-password")
        await cloud.client.put(f"/users/{CARLA}/status", json={"ServiceCallsAccepted": False})
    carla = next(user for user in organisation["Users"] if user["Id"] == CARLA)
    carla |= {"LastName": "Changed", "Password": "another password"}
    del carla["PasswordHash"]
    organisation["CallbackLists"] = [one for one in organisation["CallbackLists"] if one["Id"] != SALES_LIST]
    organisation["CallbackLists"].append({"Id": "new-list", "Name": "New"})
    written(seed, organisation)
    async with run_voicecloud(seed=seed) as cloud:
        user = cloud.store.directory.user(CARLA)
        assert (user.last_name, user.accepting) == ("Changed", False)
        assert cloud.store.directory.user(DAVID).first_name == "David"
        assert await cloud.signed_in(CARLAS_NAME, "another password")
        assert SALES_LIST not in cloud.store.directory.callback_lists
        assert "new-list" in cloud.store.directory.callback_lists
        refused = await cloud.client.get("/users/me", auth=old.auth)
        assert refused.status_code == 401


def written(seed: Path, organisation: Any) -> None:
    seed.write_text(json.dumps(organisation))
