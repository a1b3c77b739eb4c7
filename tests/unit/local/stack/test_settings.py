import stat
from pathlib import Path

import pytest

from local.stack.ports import Ports
from local.stack.settings import addresses, app_settings, read_settings, write_settings
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
