"""Makes sound of the packets that a recorder has kept: each where it belongs, what is missing concealed."""

import struct
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from voicecloud.media.g711 import Samples
from voicecloud.media.opus import RATE, STEP, Decoder
from voicecloud.media.placing import Arrival, places
from voicecloud.media.rtp import CLOCK_RATE, FRAME
from voicecloud.records.audio import Sound

CHANNELS = 2
CONCEALED = 5
"""Frames that are concealed at most; a longer gap is silence, as on hold."""
PER_SAMPLE = CLOCK_RATE // RATE
ENTRY = struct.Struct("!BIIIH")
"""Before each packet: its channel, source and timestamp, its arrival in ticks from the beginning, its length."""


def sound_of(file: BinaryIO, length_s: float) -> Sound:
    """Everything heard in ``length_s`` seconds. It lies in a file too: long calls need no memory."""
    count = max(1, round(length_s * RATE))
    with tempfile.TemporaryFile() as held:
        held.truncate(count * CHANNELS * 2)
        samples = np.memmap(held, dtype="<i2", mode="r+", shape=(count, CHANNELS))
        for channel in range(CHANNELS):
            _play(_entries(file, channel), samples[:, channel])
        return Sound(RATE, memoryview(samples).cast("B"))


def _entries(file: BinaryIO, channel: int) -> Iterator[tuple[int, bytes]]:
    """Place and payload of a party's packets, in order: late ones stand where they belong."""
    arrivals, parts = [], []
    file.seek(0)
    while len(entry := file.read(ENTRY.size)) == ENTRY.size:
        of, source, timestamp, arrived, length = ENTRY.unpack(entry)
        if of == channel:
            arrivals.append(Arrival(source, timestamp, arrived))
            parts.append((file.tell(), length))
        file.seek(length, 1)
    before = None
    for at, (position, length) in sorted(zip(places(arrivals), parts, strict=True)):
        if at >= 0 and at != before:  # a network may deliver a packet twice
            file.seek(position)
            yield at, file.read(length)
        before = at


def _play(entries: Iterator[tuple[int, bytes]], samples: Samples) -> None:
    decoder, following = Decoder(), None
    for at, payload in entries:
        if following is not None:
            _conceal(decoder, following, at, payload, samples)
        length = _put(samples, at // PER_SAMPLE, decoder.decode(payload))
        following = at + length * PER_SAMPLE


def _conceal(decoder: Decoder, at: int, until: int, payload: bytes, samples: Samples) -> None:
    """What is missing before a packet: gone on as before, and the last of it as that packet repeats it."""
    missing = round((until - at) / FRAME)
    if not 0 < missing <= CONCEALED:
        return
    for number in range(missing):
        repeated = payload if number == missing - 1 else None
        _put(samples, at // PER_SAMPLE + number * STEP, decoder.conceal(repeated))


def _put(samples: Samples, at: int, sound: bytes) -> int:
    """Gives how many samples it was, also those beyond the end."""
    heard = np.frombuffer(sound, dtype="<i2")
    room = max(0, len(samples) - at)
    samples[at : at + len(heard)] = heard[:room]
    return len(heard)
