"""Records two parties: keeps their packets as they come, and makes sound of them when the call is over."""

import logging
import struct
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np

from voicecloud.media.opus import RATE, STEP, Decoder
from voicecloud.media.rtp import CLOCK_RATE, FRAME, Packet
from voicecloud.records.audio import Sound

CHANNELS = 2
CONCEALED = 5
"""Frames that are concealed at most; a longer gap is silence, as on hold."""
JUMP_S = 1.0
"""A packet that comes so far from where its timestamp puts it begins a new stretch."""
IN_MEMORY = 256 * 1024
"""Bytes before a recording moves to a file: about a minute of talk."""
PER_SAMPLE = CLOCK_RATE // RATE
_ENTRY = struct.Struct("!BIH")

log = logging.getLogger(__name__)


class Recorder:
    """``began_s`` and all times are of one clock that only goes forward."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 (closed by close)
        self._anchors: dict[int, tuple[int, int]] = {}
        self.is_paused = False
        self._is_full = False

    def add(self, channel: int, packet: Packet, now_s: float) -> None:
        """A packet of the left (0) or right (1) party; nothing of it is kept while paused (K9)."""
        if self.is_paused or self._is_full:
            return
        at = self._place(channel, packet, round((now_s - self._began_s) * CLOCK_RATE))
        if at >= 0:
            self._keep(_ENTRY.pack(channel, at, len(packet.payload)) + packet.payload)

    def sound(self, length_s: float) -> Sound:
        """Everything heard in ``length_s`` seconds, as often as it is asked for.

        Takes about a hundredth of that: not for the event loop.
        """
        count = max(1, round(length_s * RATE))
        with tempfile.TemporaryFile() as held:
            held.truncate(count * CHANNELS * 2)
            samples = np.memmap(held, dtype="<i2", mode="r+", shape=(count, CHANNELS))
            for channel in range(CHANNELS):
                _play(self._entries(channel), samples[:, channel])
            return Sound(RATE, memoryview(samples).cast("B"))

    def close(self) -> None:
        self._file.close()

    def _keep(self, entry: bytes) -> None:
        """A full disk ends the recording, never the call."""
        try:
            self._file.write(entry)
        except OSError:
            self._is_full = True
            log.exception("a recording goes on no longer")

    def _place(self, channel: int, packet: Packet, arrived: int) -> int:
        """Ticks from the beginning: by timestamp within a stretch of one source, by arrival where one begins."""
        source, shift = self._anchors.get(channel, (None, 0))
        at = (packet.timestamp + shift) & 0xFFFFFFFF
        if source != packet.source or abs(at - arrived) > JUMP_S * CLOCK_RATE:
            self._anchors[channel] = (packet.source, arrived - packet.timestamp)
            return arrived
        return at

    def _entries(self, channel: int) -> Iterator[tuple[int, bytes]]:
        """Place and payload of a party's packets, in order: late ones stand where they belong."""
        found = []
        self._file.seek(0)
        while len(entry := self._file.read(_ENTRY.size)) == _ENTRY.size:
            of, at, length = _ENTRY.unpack(entry)
            if of == channel:
                found.append((at, self._file.tell(), length))
            self._file.seek(length, 1)
        before = None
        for at, position, length in sorted(found):
            if at != before:  # a network may deliver a packet twice
                self._file.seek(position)
                yield at, self._file.read(length)
            before = at


def _play(entries: Iterator[tuple[int, bytes]], samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
    decoder, following = Decoder(), None
    try:
        for at, payload in entries:
            if following is not None:
                _conceal(decoder, following, at, payload, samples)
            length = _put(samples, at // PER_SAMPLE, decoder.decode(payload))
            following = at + length * PER_SAMPLE
    finally:
        decoder.close()


def _conceal(
    decoder: Decoder, at: int, until: int, payload: bytes, samples: "np.ndarray[tuple[int], np.dtype[np.int16]]"
) -> None:
    """What is missing before a packet: gone on as before, and the last of it as that packet repeats it."""
    missing = round((until - at) / FRAME)
    if not 0 < missing <= CONCEALED:
        return
    for number in range(missing):
        repeated = payload if number == missing - 1 else None
        _put(samples, at // PER_SAMPLE + number * STEP, decoder.conceal(repeated))


def _put(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", at: int, sound: bytes) -> int:
    """Gives how many samples it was, also those beyond the end."""
    heard = np.frombuffer(sound, dtype="<i2")
    room = max(0, len(samples) - at)
    samples[at : at + len(heard)] = heard[:room]
    return len(heard)
