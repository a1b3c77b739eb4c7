"""What the voice cloud keeps about its media process is bounded, also while that cannot be started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from shared.errors import Unavailable
from voicecloud.media import client
from voicecloud.media.client import MediaClient
from voicecloud.media.messages import GatewayStart, SendKeys
from voicecloud.media.process import Audio, Ends
from voicecloud.records.taken import TakenCall
from voicecloud.routing.effects import Bridge, EndLeg, Unbridge
from voicecloud.routing.events import CallLost
from voicecloud.runtime.engine import Engine

LEGS = ("c:1", "c:2")


class Reports(list[Any]):
    """What routing receives."""

    def report(self, event: Any) -> None:
        self.append(event)


@asynccontextmanager
async def no_process() -> AsyncIterator[Ends]:
    raise OSError("too many processes")
    yield


async def no_library(_: str) -> bytes:
    return b""


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def media(reports: Reports) -> MediaClient:
    begin = GatewayStart(servers=(), address="127.0.0.1", ports=(0, 0), most=1, hold_s=1.0)
    return MediaClient(engine=cast(Engine, reports), begin=begin, library=no_library, audio=Audio(no_process))


def talk_and_end(media: MediaClient, *, late: bool = False) -> None:
    """A call from its first message on, with more that comes when it is over where ``late``."""
    media.expect(LEGS[0])
    media.perform(Bridge("c", *LEGS, record=True))
    media.set_muted(LEGS[0], True)
    for leg_id in LEGS:
        media.perform(EndLeg("c", leg_id, "caller_left"))
    if late:
        media.perform(Unbridge("c", *LEGS))
        media.tell(SendKeys(LEGS[1], "1"))
        media.send_keys(LEGS[0], "1")


async def test_a_call_that_is_over_leaves_nothing_for_the_next_media_process(media: MediaClient) -> None:
    """It has never heard of that call."""
    for _ in range(100):
        talk_and_end(media)
    assert (media.backlog, media.known_count) == (0, 0)


async def test_what_comes_late_of_a_call_makes_it_known_no_more(media: MediaClient, reports: Reports) -> None:
    """When the media process dies, such a call is not reported as lost, after its end."""
    talk_and_end(media, late=True)
    assert media.known_count == 0
    await run_once(media)
    assert reports == []


async def test_a_recording_that_died_with_its_process_after_the_call_is_known_as_lost(media: MediaClient) -> None:
    """Nobody had taken it yet; of a call that never was there, nothing is lost."""
    talk_and_end(media)
    await run_once(media)
    assert await media.take("c") == TakenCall(is_lost=True)
    media.perform(EndLeg("other", "other:1", "caller_left"))
    await run_once(media)
    assert "other" not in media._cut


async def test_calls_are_over_where_no_media_process_can_be_started(media: MediaClient, reports: Reports) -> None:
    """They end as lost calls do, instead of being silent until somebody hangs up."""
    media.perform(Bridge("c", *LEGS, record=True))
    await run_once(media)
    assert reports == [CallLost("c")]
    assert (media.backlog, media.known_count) == (0, 0)


async def test_what_is_kept_for_a_media_process_has_a_limit(
    media: MediaClient, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone may press mute as often as it likes while there is none."""
    monkeypatch.setattr(client, "MOST_TO_TELL", 10)
    media.expect(LEGS[0])
    for _ in range(50):
        media.set_muted(LEGS[0], True)
    assert media.backlog <= 10
    assert reports == [CallLost("c")]


async def test_a_question_that_nobody_answers_makes_no_leg_known(
    media: MediaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An offer while there is no media process is refused, and that is all."""
    monkeypatch.setattr(client, "ASKED_WITHIN_S", 0.001)
    with pytest.raises(Unavailable, match="media-down"):
        await media.offer(LEGS[0], "v=0")
    assert media.known_count == 0


async def run_once(media: MediaClient) -> None:
    """One vain try to start a media process."""
    running = asyncio.ensure_future(media.run())
    await asyncio.sleep(0.01)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
