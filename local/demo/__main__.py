"""``python -m local.demo``: customers for the stack that runs.

(nothing)                                 both of the following for a minute
callbacks [--count N] [--every SECONDS]   customers who ask to be called back, and when Dynamics has them
traffic CALLS-PER-HOUR [--for SECONDS]    callers in the pools; 0 ends it
"""

import argparse
import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from local.demo.callbacks import leave_callbacks
from local.demo.traffic import CALLS_PER_HOUR, FOR_S, fill_pools, set_traffic
from local.outside import Outside, outside
from local.stack.settings import DEMO, ROOT, read_settings


def main() -> int:
    options = _parser().parse_args()
    try:
        settings = read_settings(options.state / "app.env")
    except FileNotFoundError:
        return _refuse("no stack is running: start one with `make run`")
    try:
        asyncio.run(_run(options, settings))
    except KeyboardInterrupt:
        return 0
    except httpx.HTTPError as error:
        return _refuse(f"the stack does not answer as it should: {error}")
    return 0


async def _run(options: Namespace, settings: Mapping[str, str]) -> None:
    document: Mapping[str, Any] = json.loads((DEMO / "voicecloud.json").read_text(encoding="utf-8"))
    async with outside(settings, functions_url="") as seen:
        await options.do(options, seen, document)


async def _callbacks(options: Namespace, seen: Outside, document: Mapping[str, Any]) -> None:
    lists, customers = document["CallbackLists"], document["Customers"]
    async for line in leave_callbacks(seen, lists, customers, options.count, options.every):
        _say(line)


async def _traffic(options: Namespace, seen: Outside, _document: Mapping[str, Any]) -> None:
    if options.for_s is None:
        await set_traffic(seen, options.calls_per_hour)
        _say(f"{options.calls_per_hour:g} calls an hour from now on")
        return
    page = seen.voicecloud.base_url.join("/control/")
    _say(f"Customers call the pools for {options.for_s:.0f} s; watch them at {page}")
    async for line in fill_pools(seen, options.calls_per_hour, options.for_s):
        _say(line)


async def _both(_options: Namespace, seen: Outside, document: Mapping[str, Any]) -> None:
    await _callbacks(Namespace(count=5, every=1.0), seen, document)
    await _traffic(Namespace(calls_per_hour=CALLS_PER_HOUR, for_s=FOR_S), seen, document)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description="customers for the stack that runs")
    parser.add_argument("--state", type=Path, default=ROOT / ".run", help="the folder of the stack")
    parser.set_defaults(do=_both)
    verbs = parser.add_subparsers(metavar="what")
    callbacks = verbs.add_parser("callbacks", help="customers who ask to be called back")
    callbacks.add_argument("--count", type=int, default=5)
    callbacks.add_argument("--every", type=float, default=1.0, metavar="SECONDS")
    callbacks.set_defaults(do=_callbacks)
    traffic = verbs.add_parser("traffic", help="callers in the pools; 0 ends it")
    traffic.add_argument("calls_per_hour", type=float)
    traffic.add_argument("--for", dest="for_s", type=float, metavar="SECONDS", help="then it is as before")
    traffic.set_defaults(do=_traffic)
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _refuse(reason: str) -> int:
    sys.stderr.write(reason + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
