"""Records two parties: keeps their packets as they come; ``decoding`` makes sound of them when the call is over."""

import logging
import tempfile
from typing import BinaryIO, cast

from voicecloud.media.decoding import ENTRY, sound_of
from voicecloud.media.rtp import CLOCK_RATE, Packet
from voicecloud.records.audio import Sound

IN_MEMORY = 256 * 1024
"""Bytes before a recording moves to a file: about a minute of talk."""

log = logging.getLogger(__name__)


class Recorder:
    """``began_s`` and all times are of one clock that only goes forward."""

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed by close)
        self.is_paused = False
        self._is_full = False

    def add(self, channel: int, packet: Packet, now_s: float) -> None:
        """A packet of the left (0) or right (1) party; nothing of it is kept while paused (K9)."""
        if self.is_paused or self._is_full:
            return
        arrived = round((now_s - self._began_s) * CLOCK_RATE)
        head = ENTRY.pack(channel, packet.source, packet.timestamp, arrived & 0xFFFFFFFF, len(packet.payload))
        self._keep(head + packet.payload)

    def packets(self) -> BinaryIO:
        """Everything kept so far, to be read from its beginning: a file of the operating system."""
        self._file.rollover()
        self._file.flush()
        self._file.seek(0)
        return cast(BinaryIO, self._file)

    def sound(self, length_s: float) -> Sound:
        """Everything heard in ``length_s`` seconds, as often as it is asked for. Takes its time."""
        return sound_of(self.packets(), length_s)

    def close(self) -> None:
        self._file.close()

    def _keep(self, entry: bytes) -> None:
        """A full disk ends the recording, never the call."""
        try:
            self._file.write(entry)
        except OSError:
            self._is_full = True
            log.exception("a recording goes on no longer")
