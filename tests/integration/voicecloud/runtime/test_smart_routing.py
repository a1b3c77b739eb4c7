"""Smart routing: the question to an outside endpoint, and its answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from lab.people.customers import Behaviour
from tests.fixtures.voicecloud import CUSTOMER, SALES, SALES_NUMBER, SUPPORT, RunVoiceCloud, VoiceCloud


@dataclass
class Router:
    """The endpoint; ``answer`` None answers 204, ``delay_s`` is how long it thinks."""

    url: str = ""
    answer: Any = None
    delay_s: float = 0.0
    elsewhere: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def decide(self, request: web.Request) -> web.Response:
        self.questions.append(await request.json())
        self.keys.append(request.headers["X-Benemen-APIKey"])
        await asyncio.sleep(self.delay_s)
        if self.elsewhere and request.path != self.elsewhere:
            raise web.HTTPTemporaryRedirect(self.elsewhere)
        return web.json_response(self.answer) if self.answer is not None else web.Response(status=204)


@pytest_asyncio.fixture
async def router() -> AsyncIterator[Router]:
    made = Router()
    app = web.Application()
    app.router.add_post("/route", made.decide)
    app.router.add_post("/elsewhere", made.decide)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/route"
    yield made
    await runner.cleanup()


@pytest.fixture
def routed_seed(hasty_seed: Path, router: Router, tmp_path: Path) -> Path:
    """Sales asks the router, and waits half a second at most."""
    organisation = json.loads(hasty_seed.read_text())
    organisation["SmartRouting"] = [{"Id": "crm", "Endpoint": router.url, "ApiKey": "key"}]
    sales = next(queue for queue in organisation["Queues"] if queue["Id"] == SALES)
    sales["Settings"]["SmartRouting"] = {"Endpoint": "crm", "TargetId": "sales", "TimeoutS": 0.5}
    path = tmp_path / "organisation.json"
    path.write_text(json.dumps(organisation))
    return path


async def queues_visited(cloud: VoiceCloud) -> list[str]:
    call_id = await cloud.call(SALES_NUMBER, Behaviour(talk_s=0.05))
    await cloud.over(call_id)
    history = await cloud.store.telephony.records.store.of_call(call_id)
    return [row.document["QueueId"] for row in history if row.kind == "s"]


async def test_an_answer_sends_the_call_elsewhere(
    run_voicecloud: RunVoiceCloud, routed_seed: Path, router: Router
) -> None:
    """The endpoint is asked with both numbers, its key and tag, and its target takes the call."""
    router.answer = {"InitialTarget": f"QUEUE:{SUPPORT}"}
    async with run_voicecloud(seed=routed_seed) as cloud:
        assert (await queues_visited(cloud))[-1] == SUPPORT
    [question] = router.questions
    assert (question["anum"], question["bnum"], question["targetid"]) == (CUSTOMER, SALES_NUMBER, "sales")
    assert question["extradata"]["CallId"]
    assert router.keys == ["key"]


def wait_for_a_minute(seed: Path) -> None:
    organisation = json.loads(seed.read_text())
    sales = next(queue for queue in organisation["Queues"] if queue["Id"] == SALES)
    sales["Settings"]["SmartRouting"]["TimeoutS"] = 60.0
    seed.write_text(json.dumps(organisation))


USELESS = (
    *(None, [], {"InitialTarget": "MOON:1"}, {"InitialTarget": 7}, {"Priority": "high"}, {"PreferredAgents": 7}),
    *({"InitialTarget": "QUEUE:nowhere"}, {"InitialTarget": ["x"]}, [[]] * 20_000, {"RequiredAgent": {"a": 1}}),
)


async def test_no_answer_of_use_changes_nothing(
    run_voicecloud: RunVoiceCloud, routed_seed: Path, router: Router
) -> None:
    """Another status than 200, or what cannot be understood, leaves the call where it was going, at once: it does not
    wait for the time-out."""
    wait_for_a_minute(routed_seed)
    async with run_voicecloud(seed=routed_seed) as cloud:
        for answer in USELESS:
            router.answer = answer
            assert await queues_visited(cloud) == [SALES], answer


async def test_the_key_follows_no_redirect(run_voicecloud: RunVoiceCloud, routed_seed: Path, router: Router) -> None:
    """Another address than the one that is set is neither asked nor shown the key."""
    router.answer, router.elsewhere = {"InitialTarget": f"QUEUE:{SUPPORT}"}, "/elsewhere"
    async with run_voicecloud(seed=routed_seed) as cloud:
        assert await queues_visited(cloud) == [SALES]
    assert len(router.questions) == 1


async def test_a_slow_endpoint_is_not_waited_for(
    run_voicecloud: RunVoiceCloud, routed_seed: Path, router: Router
) -> None:
    """After the time-out the call goes on as usual."""
    router.answer, router.delay_s = {"InitialTarget": f"QUEUE:{SUPPORT}"}, 60.0
    async with run_voicecloud(seed=routed_seed) as cloud, asyncio.timeout(30):
        assert await queues_visited(cloud) == [SALES]
