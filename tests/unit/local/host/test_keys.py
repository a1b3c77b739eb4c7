import stat
from pathlib import Path

import pytest

from local.host.keys import Keys, load_keys
from local.host.strict import SettingsError


@pytest.mark.parametrize(
    ("level", "opening"),
    [
        ("anonymous", {"own", "other", "host", "master", ""}),
        ("function", {"own", "host", "master"}),
        ("admin", {"master"}),
    ],
)
def test_a_level_opens_to_its_keys(level: str, opening: set[str]) -> None:
    """A function's own key opens no other function; no key opens only what is anonymous."""
    keys = Keys("master", "host", {"mine": "own", "theirs": "other"})
    given = {"own", "other", "host", "master", ""}
    assert {key for key in given if keys.allow("mine", level, key)} == opening


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    """Random at first, the same after a restart, readable by their owner alone."""
    path = tmp_path / "run" / "keys.json"
    first = load_keys({}, path)
    assert first == load_keys({}, path)
    assert len(first.master) > 30
    assert first.master != first.default
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_settings_win_over_the_file(tmp_path: Path) -> None:
    """A key given as a setting is the same on every machine."""
    path = tmp_path / "keys.json"
    stored = load_keys({}, path)
    found = load_keys({"FUNCTIONS_MASTER_KEY": "m"}, path)
    assert (found.master, found.default) == ("m", stored.default)


def test_a_file_that_is_not_valid_is_refused(tmp_path: Path) -> None:
    """An unknown name in it is reported."""
    path = tmp_path / "keys.json"
    path.write_text('{"master": "m", "defualt": "d"}')
    with pytest.raises(SettingsError, match="defualt"):
        load_keys({}, path)
