"""The voice cloud as a process: serves until SIGTERM or SIGINT."""

import asyncio
import json
import signal
from collections.abc import Callable

from aiohttp import web

from voicecloud.api.http import CONNECTIONS
from voicecloud.app import build
from voicecloud.bootstrap import VoiceCloudServices, services
from voicecloud.media.process import OWN, Audio
from voicecloud.serving import serving
from voicecloud.settings.model import VoiceCloudSettings

Attach = Callable[[VoiceCloudServices, web.Application], object]


async def run(settings: VoiceCloudSettings, attach: Attach | None = None, audio: Audio = OWN) -> None:
    """``attach``: puts a guest into the telephony and its routes into the application, before the start."""
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    async with services(settings, audio=audio) as running:
        app = build(running)
        if attach:
            attach(running, app)
        async with serving(app, app[CONNECTIONS], settings.host, settings.port) as port:
            print(json.dumps({"ready": "voicecloud", "port": port}), flush=True)  # noqa: T201 (read by who started it)
            await stopping.wait()
            await running.telephony.drain(settings.drain_s)
