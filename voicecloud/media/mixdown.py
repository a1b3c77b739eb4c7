"""``python -m voicecloud.media.mixdown LENGTH_S FORMAT``: kept packets in, a sound file out.

A process of its own with low priority: decoding in a thread would take turns with the packets of all live calls
(measured: 95 % of them within 6 ms in place of 1), and there is as much to decode as there are calls.
"""

import asyncio
import io
import logging
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from voicecloud.media.decoding import sound_of
from voicecloud.records.audio import NoSound, content_type, encoded
from voicecloud.settings.media import AudioFormat

PATIENT = 10
"""Niceness: live calls come first."""
ATTEMPTS = 3
Packets = Callable[[], BinaryIO]
"""The packets that were kept, from their beginning."""
HERE = Path(__file__).parents[2]

log = logging.getLogger(__name__)


async def made(packets: Packets, length_s: float, wanted: AudioFormat) -> tuple[bytes, str]:
    """The file of a recording and its content type; as often as asked for. Raises NoSound."""
    for _ in range(ATTEMPTS):
        try:
            if file := await _attempt(packets, length_s, wanted):
                return file, content_type(wanted)
        except OSError:
            log.exception("a recording could not be made now")
    raise NoSound("the process that makes sound has failed")


async def _attempt(packets: Packets, length_s: float, wanted: AudioFormat) -> bytes:
    """Empty when the process has failed; its standard error says why."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voicecloud.media.mixdown", str(length_s), wanted.value),
        stdin=packets(),
        stdout=PIPE,
        cwd=HERE,
    )
    try:
        file, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return b"" if process.returncode else file


def main() -> None:
    os.nice(PATIENT)
    length_s, wanted = float(sys.argv[1]), AudioFormat(sys.argv[2])
    packets = io.FileIO(sys.stdin.fileno(), closefd=False)
    file, _ = encoded(sound_of(io.BufferedReader(packets), length_s), wanted)
    sys.stdout.buffer.write(file)


if __name__ == "__main__":
    main()
