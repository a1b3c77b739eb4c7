"""Settings from the environment."""

from pathlib import Path

import pytest

from shared.errors import Misconfigured
from voicecloud.settings.media import AudioFormat, Way
from voicecloud.settings.model import VoiceCloudSettings


def test_nothing_set_gives_the_defaults() -> None:
    """An empty environment is the local run."""
    assert VoiceCloudSettings.from_environment({}) == VoiceCloudSettings()


def test_values_are_read() -> None:
    """Texts, numbers and paths come from VOICECLOUD_ variables."""
    given = {
        "VOICECLOUD_PORT": "7300",
        "VOICECLOUD_SEED": "a.json",
        "VOICECLOUD_RECORDING_FORMAT": "Opus",
    }
    read = VoiceCloudSettings.from_environment(given)
    assert (read.port, read.seed) == (7300, Path("a.json"))
    assert read.recording_format is AudioFormat.OPUS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "-1"),
        ("RECORDING_FORMAT", "tape"),
        ("TRUNK_REGION", "Finland"),
    ],
)
def test_nonsense_is_refused(name: str, value: str) -> None:
    """A value that cannot be read stops the start, naming the setting."""
    with pytest.raises(Misconfigured, match=f"VOICECLOUD_{name}"):
        VoiceCloudSettings.from_environment({f"VOICECLOUD_{name}": value})


def test_the_way_to_this_machine_is_read() -> None:
    """The address that others see, and the ports that a firewall lets through."""
    given = {"VOICECLOUD_MEDIA_ADDRESS": "203.0.113.7", "VOICECLOUD_MEDIA_PORTS": "20000-20199"}
    assert VoiceCloudSettings.from_environment(given).media_way == Way("203.0.113.7", range(20000, 20200))


@pytest.mark.parametrize(
    ("name", "value"),
    [("ADDRESS", "voice.example"), *(("PORTS", value) for value in ("20000", "a-b", "80-90", "65000-70000"))],
)
def test_a_way_that_cannot_be_gone_is_refused(name: str, value: str) -> None:
    """A name is no address here: it would be looked up by nobody. Ports are a range above the privileged ones."""
    with pytest.raises(Misconfigured, match="VOICECLOUD_MEDIA"):
        VoiceCloudSettings.from_environment({f"VOICECLOUD_MEDIA_{name}": value})
