"""What there is to hear of a call, for whom, and how its audio comes from the voice cloud."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.bootstrap import Services
from shared.entra.roles import Person
from shared.errors import Forbidden, InvalidInput
from shared.recordings.ranges import LARGEST_PART, part_of
from shared.settings.model import SettingKind
from tests.fixtures.calls import DEMO_CALL_SYNC, CloudRows, with_cloud
from tests.fixtures.people import ANNA
from tests.fixtures.world import World

AUDIO = bytes(range(256)) * (LARGEST_PART // 128)
READER = Person(ANNA, "Anna", "anna@x.example", frozenset({"Voice.User"}))


@dataclass
class Cloud(CloudRows):
    """Call rows, and recordings of which some are gone; ``manner``: what becomes of a Range."""

    gone: set[str] = field(default_factory=set)
    manner: str = "cuts"
    sent: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/audio"):
            return self._audio(request.headers.get("Range", ""))
        if "/recordings/" in path:
            return self._link(path.rpartition("/")[2])
        return super().__call__(request)

    def _link(self, recording_id: str) -> httpx.Response:
        if recording_id in self.gone:
            return httpx.Response(404)
        url = f"calls/recordings/{recording_id}/audio?token=t"
        row = {"Id": recording_id, "CallId": "c", "ContentType": "audio/mpeg", "Duration": 65, "URL": url}
        return httpx.Response(200, json=row)

    def _audio(self, byte_range: str) -> httpx.Response:
        if byte_range and self.manner == "refuses":
            return httpx.Response(416)
        part = part_of(AUDIO, "audio/mpeg", byte_range if self.manner != "ignores" else "")
        self.sent += len(part.body)
        return httpx.Response(part.status, content=part.body, headers=part.headers)


@dataclass
class Listening:
    cloud: Cloud
    services: Services

    async def logged(self) -> str:
        """A call that has an activity; further rows may be added."""
        call_id = str(uuid4())
        self.cloud.add(call_id)
        await self.services.calls.reconcile(call_id)
        return call_id


@pytest_asyncio.fixture
async def listening(world: World) -> AsyncIterator[Listening]:
    await world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    cloud = Cloud()
    services = with_cloud(Services(world.environ), cloud)
    yield Listening(cloud, services)
    await services.close()


async def test_each_recording_of_the_work_in_a_call_is_listed_once(listening: Listening) -> None:
    """Of private parts nothing is, nor what the voice cloud no longer has (H3)."""
    call_id = await listening.logged()
    listening.cloud.add(call_id, RecordingIds=["rec-1", "rec-2", "rec-gone"])
    listening.cloud.add(call_id, RecordingIds=["rec-private"], Privacy="Private", CallTypeString="User")
    listening.cloud.gone.add("rec-gone")
    found = await listening.services.recordings.of_call(call_id, READER)
    assert sorted((one.id, one.duration_s) for one in found) == [("rec-1", 65), ("rec-2", 65)]


async def test_who_is_nobody_in_dynamics_is_refused(listening: Listening) -> None:
    """The right is the reader's own, whatever the application user may read."""
    call_id = await listening.logged()
    stranger = Person(str(uuid4()), "Stranger", "", READER.roles)
    with pytest.raises(Forbidden, match="recording-forbidden"):
        await listening.services.recordings.of_call(call_id, stranger)


@pytest.mark.parametrize("manner", ["cuts", "ignores", "refuses"])
async def test_parts_are_the_same_whatever_the_voice_cloud_can(listening: Listening, manner: str) -> None:
    """Where it can cut, no more than the part is fetched."""
    call_id = await listening.logged()
    [one] = await listening.services.recordings.of_call(call_id, READER)
    ticket = one.path.partition("ticket=")[2]
    listening.cloud.manner = manner
    for asked in (
        "bytes=0-",
        "bytes=10-19",
        f"bytes={LARGEST_PART}-",
        "bytes=-5",
        f"bytes={len(AUDIO)}-",
        "bytes=9-5",
        "",
    ):
        part = await listening.services.recordings.audio(call_id, one.id, ticket, asked)
        assert part == part_of(AUDIO, "audio/mpeg", asked)
    listening.cloud.sent = 0
    await listening.services.recordings.audio(call_id, one.id, ticket, "bytes=10-19")
    assert listening.cloud.sent == (10 if manner == "cuts" else len(AUDIO))


@pytest.mark.parametrize(
    ("manner", "told", "most"), [("cuts", True, 1), ("ignores", True, len(AUDIO)), ("refuses", False, 0)]
)
async def test_head_tells_the_length_and_reads_one_byte(
    listening: Listening, manner: str, told: bool, most: int
) -> None:
    """Of a voice cloud that cuts no more is fetched; where the length cannot be had, none is given."""
    call_id = await listening.logged()
    [one] = await listening.services.recordings.of_call(call_id, READER)
    listening.cloud.manner = manner
    part = await listening.services.recordings.head(call_id, one.id, one.path.partition("ticket=")[2])
    assert (part.status, part.body, part.headers.get("Content-Length")) == (200, b"", str(len(AUDIO)) if told else None)
    assert listening.cloud.sent == most


async def test_all_of_a_very_long_recording_is_not_given_at_once(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be held in memory as a whole; in parts it can be had."""
    call_id = await listening.logged()
    [one] = await listening.services.recordings.of_call(call_id, READER)
    ticket = one.path.partition("ticket=")[2]
    monkeypatch.setattr("shared.recordings.service.LARGEST_WHOLE", len(AUDIO) - 1)
    with pytest.raises(InvalidInput, match="recording-range-needed"):
        await listening.services.recordings.audio(call_id, one.id, ticket, "")
    assert (await listening.services.recordings.audio(call_id, one.id, ticket, "bytes=0-")).status == 206
