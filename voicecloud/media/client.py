"""The media process as the rest of the voice cloud sees it: what it does is asked for, what it knows is noted here.

It is started again when it has died. The calls it had are over then, and say so (``CallLost``).
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

from shared.errors import Unavailable, VoiceError
from voicecloud.media import messages as said
from voicecloud.media import mixdown
from voicecloud.media.decoding import sound_of
from voicecloud.media.link import Files, GatewayLink
from voicecloud.media.messages import Media, SessionDescription
from voicecloud.media.process import OWN, Audio
from voicecloud.records.conversation import conversation
from voicecloud.records.quality import LegQuality
from voicecloud.records.taken import Recording, Taken, TakenCall
from voicecloud.routing.effects import Effect, EndLeg
from voicecloud.routing.events import CallLost
from voicecloud.runtime.engine import Engine

BEGINS_WITHIN_S = 60.0
"""On a busy machine loading takes long: a process ended for that would be followed by one that takes as long."""
UP_WITHIN_S = 20.0
"""How long a start of the voice cloud waits for it; after that it serves, and calls have audio as soon as it is up."""
ASKED_WITHIN_S = 5.0
"""How long a question waits for a media process that is being started."""
AGAIN_AFTER_S = 0.5
PING_EVERY_S, PONG_WITHIN_S = 5.0, 15.0
MOST_TO_TELL = 10_000
"""Kept for a media process that is being started. Calls that say more than that meanwhile are over."""

Told = Callable[[str], None]
Library = Callable[[str], Awaitable[bytes]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Leg:
    """What was last reported of a leg."""

    media: Media | None = None
    paused: bool | None = None


@dataclass(eq=False, repr=False, kw_only=True)
class MediaClient:
    """Performs ``Bridge``, ``Unbridge``, ``Play``, ``RecordVoicemail`` and ``EndLeg``, and gives recordings.

    ``library`` gives announcements; ``audio`` is the media process. What returns at once does not wait for it: messages
    arrive in order.
    """

    engine: Engine
    begin: said.GatewayStart
    library: Library
    audio: Audio = OWN
    _link: GatewayLink | None = field(default=None, init=False)
    _files: Files | None = field(default=None, init=False)
    _up: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _closing: bool = field(default=False, init=False)
    _ended: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _to_tell: deque[Any] = field(default_factory=deque, init=False)
    _known: set[str] = field(default_factory=set, init=False)
    _legs: dict[str, _Leg] = field(default_factory=dict, init=False)
    _muted: set[str] = field(default_factory=set, init=False)
    _ended_untaken: set[str] = field(default_factory=set, init=False)
    _cut: set[str] = field(default_factory=set, init=False)
    _listeners: list[Told] = field(default_factory=list, init=False)
    malformed_packets: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._ended.set()

    def listen(self, told: Told) -> None:
        """``told`` gets the id of each leg whose media, mute or recording has changed."""
        self._listeners.append(told)

    @property
    def is_up(self) -> bool:
        return self._up.is_set()

    @property
    def known_count(self) -> int:
        """Legs that the media process is taken to know."""
        return len(self._known)

    @property
    def backlog(self) -> int:
        """Messages that wait for a media process."""
        return len(self._to_tell)

    @property
    def peer_count(self) -> int:
        """Legs that have a peer."""
        return sum(leg.media is not None for leg in self._legs.values())

    def expect(self, leg_id: str) -> None:
        """A peer is to come, and is waited for as if it were away."""
        self.tell(said.Expect(leg_id))

    async def offer(self, leg_id: str, sdp: str, *, sends_always: bool = True) -> SessionDescription:
        """Makes or replaces a leg's peer connection: the new one is heard once it is connected (RFC 9725, C1, K1).

        ``sends_always``: it sends packets in silence too, and is away when it sends none.
        Raises InvalidInput ``sdp-malformed`` or ``sdp-too-long``, Unavailable ``media-full`` or ``media-down``, Missing
        ``media-unknown`` for a leg that is over.
        """
        answer: SessionDescription = await self.ask(said.Offer(leg_id, sdp, sends_always))
        return answer

    async def check(self, sdp: str) -> None:
        """Whether such an offer would be answered. Raises InvalidInput ``sdp-malformed`` or ``sdp-too-long``, and
        Unavailable ``media-down``."""
        await self.ask(said.OfferCheck(sdp))

    async def invite(self, leg_id: str, *, sends_always: bool = True) -> SessionDescription:
        """The other way round: our offer, to be answered with ``accept``. Raises as ``offer``."""
        answer: SessionDescription = await self.ask(said.Invite(leg_id, sends_always))
        return answer

    async def accept(self, leg_id: str, media_id: str, sdp: str) -> None:
        """Raises Missing ``media-unknown``, InvalidInput ``sdp-malformed`` or ``sdp-too-long``."""
        await self.ask(said.Accept(leg_id, media_id, sdp))

    async def withdraw(self, leg_id: str, media_id: str) -> None:
        """The peer goes; its leg waits for another. Raises Missing ``media-unknown``."""
        await self.ask(said.Withdraw(leg_id, media_id))

    def media(self, leg_id: str) -> Media | None:
        return self._legs.get(leg_id, _Leg()).media

    def set_muted(self, leg_id: str, muted: bool) -> None:
        """What the leg says is silence from now on, for the other one and the recording (C2)."""
        (self._muted.add if muted else self._muted.discard)(leg_id)
        self.tell(said.Mute(leg_id, muted))
        self._changed(leg_id)

    def is_muted(self, leg_id: str) -> bool:
        return leg_id in self._muted

    def pause_recording(self, leg_id: str, paused: bool) -> None:
        """For this leg's call until it is taken up again, also over a hold (K9)."""
        self.tell(said.PauseRecording(leg_id, paused))
        leg = self._legs.get(leg_id, _Leg())
        if leg.paused is not None:
            self._legs[leg_id] = replace(leg, paused=paused)
        self._changed(leg_id)

    def recording_paused(self, leg_id: str) -> bool | None:
        """None: the leg is not being recorded."""
        return self._legs.get(leg_id, _Leg()).paused

    def send_keys(self, leg_id: str, keys: str) -> None:
        """Presses keys for a leg: routing is notified, and the other party hears them (C2)."""
        self.tell(said.SendKeys(leg_id, keys))

    async def take(self, call_id: str) -> TakenCall:
        """What is left of a call that is over; once. Raises Unavailable ``media-down``: then ask again."""
        if call_id in self._cut:
            self._cut.discard(call_id)
            return TakenCall(is_lost=True)
        self._forget({one for one in self._known | self._muted | self._legs.keys() if _call_of(one) == call_id})
        taken: said.TakenCallFields = await self.ask(said.Take(call_id))
        self._ended_untaken.discard(call_id)
        recordings = [found for one in taken.recordings if (found := self._taken(**one))]
        qualities = {leg_id: LegQuality(**one) for leg_id, one in taken.qualities.items()}
        return TakenCall(recordings, qualities, is_lost=len(recordings) < len(taken.recordings))

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, EndLeg) and not self.is_up:
            self._to_tell = deque(one for one in self._to_tell if effect.leg_id not in said.legs_of(one))
        elif isinstance(effect, said.MEDIA_EFFECTS):
            self.tell(effect)
        if isinstance(effect, EndLeg):
            if effect.leg_id in self._known:
                self._ended_untaken.add(_call_of(effect.leg_id))
            self._forget({effect.leg_id})

    def tell(self, message: Any) -> None:
        """Kept for the next media process while there is none."""
        self._note(message)
        if self._link and self.is_up:
            self._link.tell(message)
        else:
            self._to_tell.append(message)
            if len(self._to_tell) > MOST_TO_TELL:
                self._lost()

    async def ask(self, message: Any) -> Any:
        """Raises what the media process raises, and Unavailable ``media-down``."""
        new = self._note(message)
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                await self._up.wait()
            return await self._link.ask(message) if self._link else None
        except TimeoutError:
            self._known -= new
            raise Unavailable("media-down", "there is no media process now") from None
        except VoiceError:
            self._known -= new
            raise

    async def run(self) -> None:
        """Keeps a media process, until cancelled or closed."""
        self._ended.clear()
        try:
            while not self._closing:
                await self._live_once()
                if not self._closing:
                    await asyncio.sleep(AGAIN_AFTER_S)
        finally:
            self._ended.set()

    async def started(self) -> None:
        """Returns when audio can be had, or is given up for now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(UP_WITHIN_S):
                await self._up.wait()

    async def close(self) -> None:
        """Every peer connection ends with the media process. Returns when it is gone."""
        self._closing = True
        link = self._link
        if link:
            link.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(PONG_WITHIN_S):
                await self._ended.wait()
        if link:
            link.abort()
        await self._ended.wait()

    async def _live_once(self) -> None:
        try:
            async with self.audio.launch() as ends:
                self._files = Files(ends.files)
                await self._live(GatewayLink(self._handle, self.audio.messages), ends.messages)
        except OSError:
            log.exception("the media process was not started")
            self._lost()

    async def _live(self, link: GatewayLink, end: Any) -> None:
        """As long as this media process lives."""
        await link.open(end)
        self._link = link
        watching = asyncio.ensure_future(self._watch(link))
        try:
            await link.run()
        finally:
            watching.cancel()
            self._up.clear()
            self._link = None
            if not self._closing:
                self._lost()

    async def _watch(self, link: GatewayLink) -> None:
        """Begins, then looks whether it still answers: one that hangs is no better than none."""
        link.tell(self.begin)
        try:
            async with asyncio.timeout(BEGINS_WITHIN_S):
                await self._ping(link)
            while self._to_tell:
                link.tell(self._to_tell.popleft())
            self._up.set()
            while True:
                await asyncio.sleep(PING_EVERY_S)
                async with asyncio.timeout(PONG_WITHIN_S):
                    await self._ping(link)
        except (VoiceError, TimeoutError):
            log.warning("the media process does not answer")
            link.abort()

    async def _ping(self, link: GatewayLink) -> None:
        pong: said.Pong = await link.ask(said.Ping())
        self.malformed_packets = pong.malformed_packets

    def _lost(self) -> None:
        """Its calls are over; what was to be sent about them is dropped. Recordings that nobody has taken are gone."""
        calls = {_call_of(leg_id) for leg_id in self._known}
        log.error("the media process has died", extra={"calls": len(calls)})
        self._known.clear()
        self._legs.clear()
        self._muted.clear()
        self._to_tell.clear()
        self._cut |= calls | self._ended_untaken
        self._ended_untaken.clear()
        for call_id in calls:
            self.engine.report(CallLost(call_id))

    def _handle(self, message: Any) -> Any:
        if isinstance(message, said.LegChanged):
            return self._leg_changed(message)
        if isinstance(message, said.PromptWanted):
            return self._prompt(message.prompt_id)
        self.engine.report(message)
        return None

    async def _prompt(self, prompt_id: str) -> said.PromptAudio:
        return said.PromptAudio(await self.library(prompt_id))

    def _leg_changed(self, message: said.LegChanged) -> None:
        if message.leg_id not in self._known:
            return  # it is over already
        media = Media(message.media_id, message.attached) if message.media_id else None
        before, now = self._legs.get(message.leg_id), _Leg(media, message.paused)
        if now != before:
            self._legs[message.leg_id] = now
            self._changed(message.leg_id)

    def _changed(self, leg_id: str) -> None:
        for told in self._listeners:
            told(leg_id)

    def _note(self, message: Any) -> frozenset[str]:
        """The legs that the media process knows from now on, and did not before."""
        new = said.legs_of(message) - self._known if isinstance(message, said.BEGINNINGS) else frozenset[str]()
        self._known |= new
        return new

    def _forget(self, legs: Collection[str]) -> None:
        """They are over."""
        self._known.difference_update(legs)
        self._muted.difference_update(legs)
        for leg_id in legs:
            self._legs.pop(leg_id, None)

    def _taken(self, *, started_at: str, is_real: bool, **fields: Any) -> Taken | None:
        recording = Recording(**fields, started_at=datetime.fromisoformat(started_at))
        if not is_real or self._files is None:
            return Taken(recording, partial(conversation, recording.duration_s))
        try:
            file = os.fdopen(self._files.take(recording.id), "rb")
        except KeyError:
            log.exception("a recording did not arrive", extra={"call_id": recording.call_id})
            return None

        def packets() -> BinaryIO:
            file.seek(0)
            return file

        return Taken(
            recording,
            lambda: sound_of(packets(), recording.duration_s),
            partial(mixdown.made, packets, recording.duration_s),
            file.close,
            packets,
        )


def _call_of(leg_id: str) -> str:
    return leg_id.rpartition(":")[0]
