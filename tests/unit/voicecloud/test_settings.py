"""Settings from the environment."""

from pathlib import Path

import pytest

from shared.errors import Misconfigured
from voicecloud.records.audio import AudioFormat
from voicecloud.settings import Settings


def test_nothing_set_gives_the_defaults() -> None:
    """An empty environment is the local run."""
    assert Settings.from_environment({}) == Settings()


def test_values_are_read() -> None:
    """Texts, numbers, flags and paths come from VOICECLOUD_ variables."""
    given = {
        "VOICECLOUD_PORT": "7300",
        "VOICECLOUD_CONTROL": "1",
        "VOICECLOUD_SEED": "a.json",
        "VOICECLOUD_RECORDING_FORMAT": "Opus",
    }
    read = Settings.from_environment(given)
    assert (read.port, read.control, read.seed) == (7300, True, Path("a.json"))
    assert read.recording_format is AudioFormat.OPUS


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("PORT", "-1"), ("CONTROL", "perhaps"), ("RECORDING_FORMAT", "tape")]
)
def test_nonsense_is_refused(name: str, value: str) -> None:
    """A value that cannot be read stops the start, naming the setting."""
    with pytest.raises(Misconfigured, match=f"VOICECLOUD_{name}"):
        Settings.from_environment({f"VOICECLOUD_{name}": value})
