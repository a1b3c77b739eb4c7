"""``python -m voicecloud``: serves until SIGTERM or SIGINT. All settings come from the environment."""

import asyncio
import json
import os
import signal

from aiohttp import web

from voicecloud import logs
from voicecloud.app import build
from voicecloud.bootstrap import services
from voicecloud.settings import Settings


async def main() -> None:
    settings = Settings.from_environment(os.environ)
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    async with services(settings) as running:
        runner = web.AppRunner(build(running), access_log=None, handle_signals=False, shutdown_timeout=2)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            ready = {"ready": "voicecloud", "port": runner.addresses[0][1]}
            print(json.dumps(ready), flush=True)  # noqa: T201 (read by whoever started the process)
            await stopping.wait()
            await running.telephony.drain(settings.drain_s)
        finally:
            await runner.cleanup()


logs.set_up()
asyncio.run(main())
