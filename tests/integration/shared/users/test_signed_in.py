"""Who was known at the phone stays known while the app cannot ask Dynamics (A5, K8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.enreach.client import Enreach
from shared.enreach.transport import Transport
from shared.entra.tokens import TokenSource
from shared.errors import Forbidden, Misconfigured, VoiceError
from shared.storage.tables import Tables
from shared.users.service import KNOWN_FOR, Users

ANNA = "e0000000-0000-4000-8000-000000000001"
ROW = {
    "systemuserid": "a0000000-0000-4000-8000-000000000001",
    "fullname": "Anna",
    "voice_userid": "u1",
    "azureactivedirectoryobjectid": ANNA,
}
REFUSAL = {"error": {"code": "0x80040220", "message": "missing prvReadUser privilege"}}
UNKNOWN = {"error": {"code": "0x0", "message": "Could not find a property named 'voice_userid' on type 'systemuser'."}}


class Neighbours:
    """Dynamics and Entra ID as the app sees them; ``status`` is what Dynamics answers, ``secret`` what Entra says."""

    def __init__(self, tables: Tables) -> None:
        self.now = datetime(2026, 11, 30, 8, tzinfo=UTC)
        self.status = 200
        self.secret: dict[str, Any] = {"access_token": "t", "expires_in": 60}
        self.rows: list[dict[str, Any]] = [ROW]
        self.has_column = True
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        tokens = TokenSource(lambda: lambda _resource: self.secret, lambda: self.now.timestamp())
        dataverse = Dataverse("https://dynamics.example", tokens, http)
        transport = Transport(http, username="api", secret_key="k", url="http://cloud")
        self.users = Users(dataverse, AbsentColumns(tables.table("health"), self.clock), Enreach(transport), self.clock)

    def clock(self) -> datetime:
        return self.now

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.has_column and "voice_userid" in request.url.params["$select"]:
            return httpx.Response(400, json=UNKNOWN)
        return httpx.Response(self.status, json={"value": self.rows} if self.status == 200 else REFUSAL)


@pytest.mark.parametrize("fault", ["secret run out", "right taken", "away", "busy"])
async def test_an_agent_who_was_known_can_still_hang_up(tables: Tables, fault: str) -> None:
    """The same person, for as long as it lasts; who was not known is told why."""
    there = Neighbours(tables)
    anna = await there.users.signed_in(ANNA)
    there.now += 2 * KNOWN_FOR
    if fault == "secret run out":
        there.secret = {"error": "invalid_client", "error_codes": [7000222]}
    else:
        there.status = {"right taken": 403, "away": 503, "busy": 429}[fault]
    assert await there.users.signed_in(ANNA) == anna
    with pytest.raises(VoiceError):
        await there.users.signed_in("e0000000-0000-4000-8000-000000000009")


async def test_who_is_no_agent_any_more_is_none_when_dynamics_says_so(tables: Tables) -> None:
    """A minute after an administrator has taken the id away."""
    there = Neighbours(tables)
    await there.users.signed_in(ANNA)
    there.rows = []
    there.now += KNOWN_FOR + timedelta(seconds=60)
    with pytest.raises(Forbidden, match="agent-unknown"):
        await there.users.signed_in(ANNA)


async def test_nobody_is_locked_out_for_a_column_that_is_gone(tables: Tables) -> None:
    """Who was known stays; anybody else is told what to cure, and five minutes after the cure it is seen."""
    there, newcomer = Neighbours(tables), "e0000000-0000-4000-8000-000000000002"
    anna = await there.users.signed_in(ANNA)
    there.rows.append({**ROW, "voice_userid": "u2", "azureactivedirectoryobjectid": newcomer})
    there.has_column = False
    there.now += 2 * KNOWN_FOR
    for _ in range(2):
        assert await there.users.signed_in(ANNA) == anna
        with pytest.raises(Misconfigured, match=r"user-column-missing.*systemuser\.voice_userid.*create it"):
            await there.users.signed_in(newcomer)
        there.now += timedelta(minutes=1)
    there.has_column = True
    there.now += timedelta(minutes=4)
    assert (await there.users.signed_in(newcomer)).voice_user_id == "u2"
    assert await there.users.signed_in(ANNA) == anna
