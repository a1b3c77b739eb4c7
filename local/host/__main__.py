"""``python -m local.host start``: runs the Functions app of a folder on this machine."""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from local.host.cors import Cors
from local.host.indexing import HostRuleError
from local.host.keys import load_keys
from local.host.logs import set_up
from local.host.runtime import AppDoesNotLoadError
from local.host.service import Host, Options
from local.host.settings import read_local_settings
from local.host.strict import SettingsError

KEYS_FILE = Path(".run/functions-keys.json")


def main() -> int:
    arguments = _parser().parse_args()
    set_up()
    try:
        asyncio.run(_run(_options(arguments)))
    except (AppDoesNotLoadError, HostRuleError, SettingsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    start = parser.add_subparsers(required=True, metavar="verb").add_parser("start", help="load the app and serve it")
    start.add_argument("--app", type=Path, default=Path(), help="the folder of function_app.py")
    start.add_argument("--settings", type=Path, help="default: local.settings.json of the app")
    start.add_argument("--port", type=int, help="0 takes a free one; default: the settings', else 7071")
    start.add_argument("--enable-auth", action="store_true", help="ask for function keys, as Azure does")
    start.add_argument("--keys", type=Path, help=f"file of the keys; default: {KEYS_FILE} of the app")
    start.add_argument("--cors", help="allowed origins, separated by commas; * for any")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    """Real environment variables win over the values of local.settings.json. Raises SettingsError."""
    directory = arguments.app.resolve()
    local = read_local_settings(arguments.settings or directory / "local.settings.json")
    environ = {**local.values, **os.environ}
    origins = local.cors if arguments.cors is None else arguments.cors
    return Options(
        directory=directory,
        environ=environ,
        port=local.port if arguments.port is None else arguments.port,
        keys=load_keys(environ, arguments.keys or directory / KEYS_FILE) if arguments.enable_auth else None,
        cors=Cors(frozenset(filter(None, origins.split(","))), local.cors_credentials),
    )


async def _run(options: Options) -> None:
    serving = asyncio.create_task(_serve(Host(options)))
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(host: Host) -> None:
    """Until cancelled, which may also be while it starts."""
    await host.start()
    try:
        sys.stdout.write(json.dumps({"ready": "functions", "port": host.port}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()
    finally:
        await host.stop()


if __name__ == "__main__":
    sys.exit(main())
