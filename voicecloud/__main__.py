"""``python -m voicecloud``: serves until SIGTERM or SIGINT; with ``users``, ``pools`` or ``lists`` it changes these.

All settings come from the environment.
"""

import asyncio
import json
import os
import signal
import sys

from voicecloud import logs
from voicecloud.api.http import CONNECTIONS
from voicecloud.app import build
from voicecloud.bootstrap import services
from voicecloud.commands.running import run
from voicecloud.control.guard import check_place
from voicecloud.serving import serving
from voicecloud.settings import Settings


async def main() -> None:
    settings = Settings.from_environment(os.environ)
    if settings.control:
        check_place(settings.host, has_trunk=settings.sip is not None)
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    async with services(settings) as running:
        app = build(running)
        async with serving(app, app[CONNECTIONS], settings.host, settings.port) as port:
            print(json.dumps({"ready": "voicecloud", "port": port}), flush=True)  # noqa: T201 (read by who started it)
            await stopping.wait()
            await running.telephony.drain(settings.drain_s)


logs.set_up()
if len(sys.argv) > 1:
    sys.exit(asyncio.run(run(sys.argv[1:], os.environ)))
asyncio.run(main())
