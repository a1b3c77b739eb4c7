"""The switches: faults, counting, emptying, seeding."""

import time
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.dynamics import AALTO, MATTI, LocalDynamics


async def test_faults_strike_as_often_as_they_say(dynamics: LocalDynamics) -> None:
    """The next matching requests are refused with status, code and Retry-After; nothing is done."""
    await dynamics.switch("faults", {"match": "PATCH", "times": 2, "status": 429, "retry_after_s": 3})
    path = f"contacts({MATTI})"
    for _ in range(2):
        answer = await dynamics.ask("PATCH", path, {"jobtitle": "x"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
        assert answer.json()["error"]["code"] == "0x80072322"
    assert (await dynamics.ok("GET", path))["jobtitle"] is None
    await dynamics.ok("PATCH", path, {"jobtitle": "x"})


async def test_an_answer_can_be_lost_after_the_commit(dynamics: LocalDynamics) -> None:
    """The connection is cut, but the row is written; the same before the commit leaves it unwritten."""
    path = f"contacts({MATTI})"
    for fault, title in (({"after_commit": True}, "done"), ({"drop": True}, "lost")):
        await dynamics.switch("faults", {"match": "PATCH", **fault})
        with pytest.raises(httpx.TransportError):
            await dynamics.ask("PATCH", path, {"jobtitle": title})
        assert (await dynamics.ok("GET", path))["jobtitle"] == "done"


async def test_a_fault_can_match_a_request_within_a_batch(dynamics: LocalDynamics) -> None:
    """The lines of the parts count as the batch's own."""
    await dynamics.switch("faults", {"match": "PATCH accounts", "status": 500})
    body = f"--b\r\nContent-Type: application/http\r\n\r\nPATCH accounts({AALTO}) HTTP/1.1\r\n\r\n{{}}\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    assert (await dynamics.client.post("$batch", content=body, headers=headers)).status_code == 500


async def test_a_request_can_be_slow(dynamics: LocalDynamics) -> None:
    """The delay passes before the answer."""
    await dynamics.switch("faults", {"delay_ms": 60})
    before = time.monotonic()
    await dynamics.ok("GET", "WhoAmI")
    assert time.monotonic() - before >= 0.06


async def test_requests_are_listed(dynamics: LocalDynamics) -> None:
    """One line per HTTP request of a program, a batch being one; forgetting starts again."""
    await dynamics.ok("GET", "WhoAmI")
    await dynamics.ok("GET", "queues?$top=1")
    async with httpx.AsyncClient(base_url=dynamics.url) as client:
        listed = (await client.get("/stand-in/requests")).json()
        assert listed == dynamics.requests
        assert listed == ["GET /api/data/v9.2/WhoAmI", "GET /api/data/v9.2/queues?$top=1"]
        assert (await client.delete("/stand-in/requests")).status_code == 204
    assert dynamics.requests == []


async def test_reset_gives_the_demo_organisation_back(dynamics: LocalDynamics) -> None:
    """Rows, registrations, limits and settings are as after the set-up."""
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"firstname": "Mats"})
    await dynamics.ok("POST", "contacts", {"lastname": "New"})
    await dynamics.switch("limits", {"requests": 1})
    await dynamics.switch("steps", {"url": "http://localhost:1/x", "table": "account"})
    await dynamics.switch("reset")
    assert (await dynamics.ok("GET", f"contacts({MATTI})"))["firstname"] == "Matti"
    assert (await dynamics.ok("GET", "contacts?$count=true&$top=1"))["@odata.count"] == 25
    assert dynamics.steps.all() == []


async def test_rows_can_be_seeded(dynamics: LocalDynamics) -> None:
    """Rows that are there are left; a row that the Web API would refuse is refused with its reason."""
    key = "d0000000-0000-4000-8000-0000000000ff"
    await dynamics.switch("seed", {"contact": [{"contactid": key, "lastname": "New", "inactive": True}]})
    await dynamics.switch("seed", {"contact": [{"contactid": key, "lastname": "Other"}]})
    row = await dynamics.ok("GET", f"contacts({key})")
    assert (row["lastname"], row["statecode"], row["statuscode"]) == ("New", 1, 2)
    bad = {"contact": [{"contactid": MATTI[:-1] + "e", "nothing": 1}]}
    answer = await dynamics.client.post(f"{dynamics.url}/stand-in/seed", json=bad)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80048d19")


async def test_a_custom_column_can_be_missing(dynamics: LocalDynamics) -> None:
    """Nobody reads or writes it until it is restored, which a reset does too."""
    path = f"phonecalls({uuid4()})"
    body = {"subject": "A", "voice_pool": "Sales"}
    await dynamics.ok("PATCH", path, body)
    column = {"table": "phonecall", "name": "voice_pool"}
    await dynamics.switch("columns", {**column, "removed": True})
    status, code, message = await dynamics.refused("PATCH", path, body)
    assert (status, code, "Invalid property 'voice_pool'" in message) == (400, "0x80048d19", True)
    assert (await dynamics.refused("GET", f"{path}?$select=voice_pool"))[0] == 400
    assert "voice_pool" not in await dynamics.ok("GET", path)
    await dynamics.ok("PATCH", path, {"subject": "B"})
    await dynamics.switch("columns", {**column, "removed": False})
    assert (await dynamics.ok("GET", path))["voice_pool"] == "Sales"
    await dynamics.switch("columns", {**column, "removed": True})
    await dynamics.switch("reset")
    await dynamics.ok("PATCH", path, body)


COLUMNS = (
    ("columns", {"table": "phonecall", "name": "subject", "removed": True}),
    ("columns", {"table": "phonecall", "name": "voice_none", "removed": True}),
    ("columns", {"table": "nothing", "name": "voice_pool", "removed": True}),
    ("columns", {"table": "phonecall", "name": "voice_pool"}),
    ("columns", {"table": "phonecall", "name": "voice_pool", "removed": True, "colour": 1}),
)


async def test_unknown_switches_are_refused(dynamics: LocalDynamics) -> None:
    """A field that does not exist would otherwise be believed to act."""
    for name, document in (("faults", {"colour": 1}), ("limits", {"colour": 1}), ("settings", {"colour": 1}), *COLUMNS):
        answer = await dynamics.client.post(f"{dynamics.url}/stand-in/{name}", json=document)
        assert answer.status_code == 400
