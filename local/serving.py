"""What every process of the local run does alike: listen, say that it is ready, stop cleanly."""

import asyncio
import json
import signal
import ssl
from pathlib import Path

from aiohttp import web

from local.certificates import CERTIFICATE, KEY


def server_tls(directory: Path) -> ssl.SSLContext:
    """The TLS side of a server with the certificate of ``ensure_certificates``."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(directory / CERTIFICATE, directory / KEY)
    return context


async def without_version(_: web.Request, answer: web.StreamResponse) -> None:
    """For ``on_response_prepare``: no answer names the versions of what it was made with."""
    answer.headers.pop("Server", None)


async def listen(
    app: web.Application, ports: dict[str, tuple[int, ssl.SSLContext | None]]
) -> tuple[web.AppRunner, dict[str, int]]:
    """Serves an app on several ports (0: a free one) of the loopback interface; gives the ports by name."""
    app.on_response_prepare.append(without_version)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2)
    await runner.setup()
    found: dict[str, int] = {}
    for name, (port, tls) in ports.items():
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        found[name] = runner.addresses[-1][1]
    return runner, found


async def until_stopped(name: str, ports: dict[str, int]) -> None:
    """Prints the ready line and waits for SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    print(json.dumps({"ready": name, **ports}), flush=True)  # noqa: T201 (read by whoever started the process)
    await stopping.wait()
