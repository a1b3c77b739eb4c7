"""A whole stack with its state in one folder, for ``python -m local.stack`` and for whoever needs one running."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from local.certificates import trust_bundle
from local.stack.logs import Log
from local.stack.plan import SETTINGS, make_plan
from local.stack.ports import Ports
from local.stack.settings import HOST_KEY, Addresses, addresses, app_settings, demo_settings, write_settings
from local.stack.supervisor import Supervisor

NUMBERED_TABLES = ("contact", "account", "lead")
"""Dynamics tells the app of every change in these, for the number index."""
PRESENCE_TABLE = "msdyn_agentstatus"
"""And of every presence that an agent is set to."""


@dataclass(frozen=True)
class Stack:
    """One that runs. ``settings`` are those of the Functions app."""

    where: Addresses
    settings: dict[str, str]
    supervisor: Supervisor


@asynccontextmanager
async def running(ports: Ports, state: Path, log: Log) -> AsyncIterator[Stack]:
    """Up and well inside, down afterwards. Raises EndedError, TimeoutError."""
    where, tls = addresses(ports), state / "tls"
    settings = app_settings(where, trust_bundle(tls))
    write_settings(state / "app.env", settings)
    (state / SETTINGS).write_text(json.dumps(demo_settings(where), ensure_ascii=False, indent=2), encoding="utf-8")
    supervisor = Supervisor(make_plan(where, state, tls, settings), log)
    try:
        await supervisor.start()
        await _register_webhooks(where)
        yield Stack(where, settings, supervisor)
    finally:
        log.say("stopping")
        await supervisor.stop()
        (state / "app.env").unlink(missing_ok=True)
        log.say("stopped")


async def _register_webhooks(where: Addresses) -> None:
    """The service endpoints a Dynamics administrator registers once."""
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        for table in (*NUMBERED_TABLES, PRESENCE_TABLE):
            step = {"url": f"{where.functions}/api/webhooks/dataverse", "table": table, "key": HOST_KEY}
            await http.post(f"{where.dynamics}/stand-in/steps", json=step)
