"""``python -m local.servicebus``: the broker as a process."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

from aiohttp import web

from local import logs
from local.servicebus.core.clock import CLOCKS
from local.servicebus.core.config import ConfigError, load_config
from local.servicebus.http.app import make_app
from local.servicebus.server.broker import HOST, Broker
from local.serving import without_version


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.servicebus", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the emulator's config.json")
    parser.add_argument("--port", type=int, default=5672, help="AMQP; 0 picks a free one")
    parser.add_argument("--http-port", type=int, default=5300, help="health and management; 0 picks a free one")
    parser.add_argument("--db", type=Path, help="SQLite file; without it nothing outlives the process")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="system", help="virtual and shifted are for tests")
    parser.add_argument("--key", help="check tokens against this key; without it every token is good")
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Runs until SIGTERM or SIGINT; one JSON line on stdout says when it listens."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    broker = Broker(load_config(options.config), db=options.db, clock=CLOCKS[options.clock](), key=options.key)
    await broker.listen(options.port)
    management = make_app(broker)
    management.on_response_prepare.append(without_version)
    runner = web.AppRunner(management, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, HOST, options.http_port)
    await site.start()
    http_port = runner.addresses[0][1]
    sys.stdout.write(json.dumps({"ready": "servicebus", "port": broker.port, "http_port": http_port}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await runner.cleanup()
    await broker.close()


def main() -> int:
    options = parse_arguments()
    logs.set_up()
    try:
        asyncio.run(serve(options))
    except (ConfigError, OSError) as error:
        logging.getLogger("servicebus").critical("cannot start", extra={"problem": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
