"""Announcements over the API."""

import io
import wave

from tests.fixtures.voicecloud import VoiceCloud
from voicecloud.simulation.audio import conversation


def wav(duration_s: float) -> bytes:
    sound, file = conversation(duration_s), io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(sound.rate)
        writer.writeframes(sound.samples)
    return file.getvalue()


async def test_a_prompt_is_made_from_text(voicecloud: VoiceCloud) -> None:
    """A text becomes a prompt with an estimated length; an empty one is refused."""
    made = await voicecloud.client.put("/prompts/welcome", json={"Name": "Welcome", "Text": "Welcome to Aurora Home."})
    assert made.json()["DurationS"] > 1
    assert made.json() in (await voicecloud.client.get("/prompts")).json()
    assert (await voicecloud.client.put("/prompts/welcome", json={"Text": ""})).status_code == 400


async def test_audio_is_uploaded_and_heard(voicecloud: VoiceCloud) -> None:
    """A WAV file comes back as it was, with its length known; anything else is refused."""
    sound = wav(2.0)
    made = await voicecloud.client.put("/prompts/music/audio?Name=Music", content=sound)
    assert (made.json()["Name"], made.json()["DurationS"]) == ("Music", 2.0)
    assert (await voicecloud.client.get("/prompts/music/audio")).content == sound
    refused = await voicecloud.client.put("/prompts/music/audio", content=b"noise")
    assert (refused.status_code, refused.json()["Code"]) == (400, "prompt-audio")
    assert (await voicecloud.client.get("/prompts/queue-notice/audio")).status_code == 404


async def test_members_may_not_change_prompts(voicecloud: VoiceCloud) -> None:
    """Only group managers and supervisors may."""
    carla = await voicecloud.signed_in("carla.makinen@aurorahome.example", "local-password")
    assert (await carla.put("/prompts/welcome", json={"Text": "Hello"})).status_code == 403
