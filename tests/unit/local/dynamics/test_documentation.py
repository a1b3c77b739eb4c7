"""The documentation knows what is served."""

from pathlib import Path

from aiohttp import web

from local.dynamics.auth import GivenKeys
from local.dynamics.data.tables import TABLES
from local.dynamics.environment import Environment
from local.dynamics.http.app import application
from tests.fixtures.dynamics import ROOT


async def test_every_table_and_switch_is_described(tmp_path: Path) -> None:
    """Each table by name, each route of the switches with its method."""
    text = (ROOT / "local" / "dynamics" / "README.md").read_text(encoding="utf-8")
    environment = Environment(tmp_path / "db.sqlite", GivenKeys("", None), origin="http://localhost")
    app = application(environment, pages=False)
    switches = {
        f"{route.method} {route.resource.canonical.removeprefix('/stand-in/')}"
        for route in app.router.routes()
        if isinstance(route.resource, web.Resource)
        and route.resource.canonical.startswith("/stand-in/")
        and route.method in {"GET", "POST", "DELETE"}
    } - {"GET health", "DELETE faults"}
    assert [switch for switch in sorted(switches) if f"`{switch}`" not in text] == []
    assert [name for name in TABLES if name not in text] == []
    await environment.close()
