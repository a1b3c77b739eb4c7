"""``python -m local.host start``: runs the Functions app of a folder on this machine."""

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from local.host.indexing import HostRuleError
from local.host.keys import Keys
from local.host.logs import set_up
from local.host.runtime import AppDoesNotLoadError
from local.host.service import Host, Options
from local.host.settings import SettingsError, read_local_settings

DEFAULT_PORT = 7071


def main() -> int:
    arguments = _parser().parse_args()
    set_up()
    try:
        asyncio.run(_run(arguments))
    except (AppDoesNotLoadError, HostRuleError, SettingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (the reason a person waits for)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    start = parser.add_subparsers(required=True, metavar="verb").add_parser("start", help="load the app and serve it")
    start.add_argument("--app", type=Path, default=Path(), help="the folder of function_app.py")
    start.add_argument("--settings", type=Path, default=Path("local.settings.json"))
    start.add_argument("--port", type=int, default=None, help="0 takes a free one")
    start.add_argument("--enable-auth", action="store_true", help="ask for function keys, as Azure does")
    start.add_argument("--cors", default=None, help="allowed origins, separated by commas")
    return parser


async def _run(arguments: argparse.Namespace) -> None:
    values, section = read_local_settings(arguments.settings)
    environ = {**values, **os.environ}
    cors = arguments.cors if arguments.cors is not None else section.get("CORS", "")
    port = arguments.port if arguments.port is not None else int(section.get("LocalHttpPort", DEFAULT_PORT))
    host = Host(
        Options(
            directory=arguments.app.resolve(),
            environ=environ,
            port=port,
            keys=_keys(environ) if arguments.enable_auth else None,
            cors=[origin for origin in cors.split(",") if origin],
        )
    )
    stopping = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    await host.start()
    print(json.dumps({"ready": "functions", "port": host.port}), flush=True)  # noqa: T201 (read by the starter)
    await stopping.wait()
    await host.stop()


def _keys(environ: dict[str, str]) -> Keys:
    """From ``FUNCTIONS_MASTER_KEY`` and ``FUNCTIONS_HOST_KEY``; random ones open nothing to anybody."""
    made = Keys()
    return Keys(
        master=environ.get("FUNCTIONS_MASTER_KEY") or made.master,
        default=environ.get("FUNCTIONS_HOST_KEY") or made.default,
    )


if __name__ == "__main__":
    sys.exit(main())
