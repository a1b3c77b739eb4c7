"""``python -m tests.bench.voicecloud.media.server CORE``: a gateway alone on a core, commanded over HTTP."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aioice.ice
from aiohttp import web

from shared.clock import utc_now
from shared.errors import Missing
from voicecloud.ids import Ids
from voicecloud.media.call_recorder import CallRecorder
from voicecloud.media.clips import Clips
from voicecloud.media.gateway import Gateway
from voicecloud.routing.effects import Bridge

PAGE = os.sysconf("SC_PAGE_SIZE")


async def no_prompts(_: str) -> bytes:
    raise Missing("prompt-unknown", "there is none")


def gateway() -> Gateway:
    engine: Any = SimpleNamespace(report=lambda _: None, history=lambda _: None, now=utc_now)
    ids = Ids(utc_now)
    recorder = CallRecorder(engine, ids, time.monotonic)
    return Gateway(
        engine=engine, ids=ids, recorder=recorder, clips=Clips(no_prompts), servers=(), most=1_000, hold_s=60.0
    )


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def routes(served: Gateway) -> list[web.RouteDef]:
    async def offer(request: web.Request) -> web.Response:
        answer = await served.offer(request.match_info["leg"], await request.text())
        return web.Response(text=answer.sdp)

    async def bridge(request: web.Request) -> web.Response:
        call = request.match_info["call"]
        served.perform(Bridge(call, f"{call}:1", f"{call}:2", record=True))
        return web.Response()

    async def figures(_: web.Request) -> web.Response:
        return web.json_response({"cpu_s": time.process_time(), "resident": resident_bytes()})

    return [
        web.post("/legs/{leg}", offer),
        web.post("/calls/{call}", bridge),
        web.get("/figures", figures),
    ]


async def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    served = gateway()
    running = asyncio.ensure_future(served.run())
    app = web.Application()
    app.add_routes(routes(served))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    running.cancel()
    await served.close()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
