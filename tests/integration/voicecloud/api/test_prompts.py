"""Announcements over the API."""

import io
import wave

from tests.fixtures.voicecloud import SALES, VoiceCloud
from voicecloud.records.conversation import conversation


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


def untrue(size: bytes) -> bytes:
    """The WAV file of a program that wrote its head before it knew how much would come."""
    sound = wav(2.0)
    at = sound.index(b"data") + 4
    return sound[:4] + size + sound[8:at] + size + sound[at + 4 :]


async def test_the_length_of_a_prompt_is_that_of_its_sound(voicecloud: VoiceCloud) -> None:
    """Whatever the head of the file says: callers would wait in an announcement of 37 hours."""
    for size in (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"):
        made = await voicecloud.client.put("/prompts/music/audio", content=untrue(size))
        assert made.json()["DurationS"] == 2.0


async def test_audio_that_would_become_days_of_sound_is_refused(voicecloud: VoiceCloud) -> None:
    """At one sample a second eight megabytes are three months, and nothing is no announcement."""
    at = wav(2.0).index(b"fmt ") + 12
    for rate in (1, 7_999, 192_001):
        sound = wav(2.0)[:at] + rate.to_bytes(4, "little") + wav(2.0)[at + 4 :]
        refused = await voicecloud.client.put("/prompts/music/audio", content=sound)
        assert (refused.status_code, refused.json()["Code"]) == (400, "prompt-audio")
    assert (await voicecloud.client.put("/prompts/music/audio", content=wav(0.0))).status_code == 400


async def test_members_may_not_change_prompts(voicecloud: VoiceCloud) -> None:
    """Only group managers and supervisors may."""
    carla = await voicecloud.signed_in("carla.makinen@aurorahome.example", "local-password")
    assert (await carla.put("/prompts/welcome", json={"Text": "Hello"})).status_code == 403


async def test_a_pool_takes_no_prompt_that_there_is_not(voicecloud: VoiceCloud) -> None:
    """Callers would hear silence; wherever in the settings it is named, nothing is changed."""
    url = f"/queues/{SALES}/settings"
    before = (await voicecloud.client.get(url)).json()
    nothing = {"Id": "nothing", "DurationS": 3.0}
    for settings in (
        {"Prompts": {"PreWelcome": nothing}},
        {"Prompts": {"Music": "nothing"}},
        {"OverflowAction": {"Kind": "disconnect", "Prompt": nothing}},
        {"Callback": {"ListId": "cb000000-0000-4000-8000-000000000001", "Prompt": nothing}},
    ):
        refused = await voicecloud.client.put(url, json=settings)
        assert (refused.status_code, refused.json()["Code"]) == (400, "prompt-value"), settings
    assert (await voicecloud.client.get(url)).json() == before
    assert (await voicecloud.client.put(url, json=before)).status_code == 200


async def test_a_prompt_of_a_pool_is_changed_without_losing_the_others(voicecloud: VoiceCloud) -> None:
    """Each prompt is a setting of its own; null takes one away."""
    url = f"/queues/{SALES}/settings"
    notice = {"Id": "queue-notice", "DurationS": 3.0}
    await voicecloud.client.put(url, json={"Prompts": {"PlayOnce": notice}})
    changed = await voicecloud.client.put(url, json={"Prompts": {"PreWelcome": notice}})
    assert changed.json()["Prompts"] == {"PreWelcome": notice, "PlayOnce": notice, "Music": "music"}
    changed = await voicecloud.client.put(url, json={"Prompts": {"PlayOnce": None}})
    assert changed.json()["Prompts"] == {"PreWelcome": notice, "PlayOnce": None, "Music": "music"}


async def test_the_length_of_a_prompt_is_measured_not_typed(voicecloud: VoiceCloud) -> None:
    """Who routes by a wrong length cuts the announcement off, or leaves the caller in silence."""
    url = f"/queues/{SALES}/settings"
    await voicecloud.client.put("/prompts/greeting/audio?Name=Greeting", content=wav(2.0))
    changed = await voicecloud.client.put(url, json={"Prompts": {"PreWelcome": {"Id": "greeting", "DurationS": 300.0}}})
    assert changed.json()["Prompts"]["PreWelcome"] == {"Id": "greeting", "DurationS": 2.0}
    changed = await voicecloud.client.put(url, json={"Prompts": {"PlayOnce": {"Id": "greeting"}}})
    assert changed.json()["Prompts"]["PlayOnce"] == {"Id": "greeting", "DurationS": 2.0}
    await voicecloud.client.put("/prompts/greeting/audio", content=wav(4.0))
    assert (await voicecloud.client.get(url)).json()["Prompts"]["PreWelcome"]["DurationS"] == 4.0
