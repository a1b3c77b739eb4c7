import stat
from pathlib import Path

import pytest

from local.stack.addresses import table
from local.stack.plan import Service, make_plan
from local.stack.ports import Ports
from local.stack.settings import addresses, app_settings, demo_settings, read_settings, write_settings
from local.stack.state import StateInUseError, claimed


def test_settings_survive_the_way_through_a_file(tmp_path: Path) -> None:
    """Commands read what the app runs with, whatever characters a connection string has; nobody else may."""
    settings = app_settings(addresses(Ports.free()), tmp_path / "it's trusted.pem")
    write_settings(tmp_path / "app.env", settings)
    assert read_settings(tmp_path / "app.env") == settings
    assert stat.S_IMODE((tmp_path / "app.env").stat().st_mode) == 0o600


def test_one_folder_carries_one_stack(tmp_path: Path) -> None:
    """The second is refused while the first runs, and not any longer."""
    with claimed(tmp_path), pytest.raises(StateInUseError), claimed(tmp_path):
        pass
    with claimed(tmp_path):
        pass


def test_the_page_that_shows_the_panel_may_frame_the_phone_on_whatever_port(tmp_path: Path) -> None:
    """What the browser opens, loads the panel's library from and lets frame the phone is one address."""
    where = addresses(Ports.free())
    [dynamics] = [one for one in make_plan(where, tmp_path, tmp_path, {}) if one.name == "dynamics"]
    assert isinstance(dynamics, Service)
    panel = dynamics.command[dynamics.command.index("--channel-url") + 1]
    assert panel.startswith(f"{where.functions}/api/webphone/?ucilib={where.dynamics}/")
    assert demo_settings(where)["phone"]["phone"]["frame_ancestors"] == [where.dynamics]


def test_the_first_address_is_where_a_newcomer_starts(tmp_path: Path) -> None:
    """The Dynamics page, which leads to the first call."""
    where = addresses(Ports.free())
    first = next(word for word in table(where, tmp_path, 1.0).split() if word.startswith("http"))
    assert first == f"{where.dynamics}/"
