"""What a telephone network without Opus costs."""

import time

import numpy as np
import pytest

from tests.bench.conftest import Figures
from voicecloud.media import g711
from voicecloud.media.rtp import FRAME_S, Packet

PACKETS = 3_000


@pytest.mark.parametrize("kind", list(g711.LAWS))
def test_one_call_over_g711(kind: str, figures: Figures) -> None:
    """A minute each way: from the telephone to Opus, and from Opus to the telephone."""
    noise = np.random.default_rng(1).normal(0, 3_000, PACKETS * g711.STEP).astype(np.int16)
    octets = g711._compress(g711.LAWS[kind])[noise.view(np.uint16)].tobytes()
    decoder, encoder = g711.TelephoneDecoder(kind), g711.TelephoneEncoder(kind)
    start = time.perf_counter()
    for number in range(PACKETS):
        payload = octets[number * g711.STEP : (number + 1) * g711.STEP]
        for one in decoder.take(Packet(1, number, number * g711.STEP, payload)):
            list(encoder.say(one.payload, one.sequence, one.timestamp))
    share = (time.perf_counter() - start) / (PACKETS * FRAME_S)
    figures(f"a call over {kind}, both ways", f"{share:.2%} of a core")
