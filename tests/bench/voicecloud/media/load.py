"""``python -m tests.bench.voicecloud.media.load CORE PORT CALLS SECONDS``: telephones for the gateway on another core.

Connections are made as browsers make them; then the packets of the whole run are encrypted beforehand and sent by a
plain loop over the sockets, so that the figures are the gateway's and not this program's. A packet is known again by
its RTP sequence, which the gateway shifts by the same number for all packets of a stream: how far, one long packet
tells, with which the measured part begins.
"""

import asyncio
import gc
import json
import os
import select
import socket
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aioice.ice
import httpx

from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.opus import encoded
from voicecloud.media.rtp import FRAME, FRAME_S, header
from voicecloud.media.tones import voice

PER_S = 5
"""Calls that are set up in a second."""
WARM_UP = 50
"""Packets before the measured part."""
LONG = 400


@dataclass(eq=False)
class Phone:
    """One leg: its socket, what it will send, and when it sent and heard each packet."""

    leg_id: str
    peer: Peer
    connected: asyncio.Event
    setup_s: float = 0.0
    socket: Any = None
    address: Any = None
    packets: list[bytes] = field(default_factory=list)
    sent_s: list[float] = field(default_factory=list)
    heard: list[tuple[int, float]] = field(default_factory=list)
    first: int = 0


async def nothing(*_: Any) -> None:
    """Is not interested."""


def phone(leg_id: str) -> Phone:
    connected = asyncio.Event()

    def changed(state: str) -> None:
        if state == "connected":
            connected.set()

    return Phone(leg_id, Peer([], Listener(nothing, nothing, changed)), connected)


async def connect(client: httpx.AsyncClient, made: Phone) -> None:
    offer = await made.peer.offer()
    began = time.monotonic()
    answer = await client.post(f"/legs/{made.leg_id}", content=offer)
    answer.raise_for_status()
    await made.peer.accept(answer.text)
    await made.connected.wait()
    made.setup_s = time.monotonic() - began


async def set_up(client: httpx.AsyncClient, calls: int) -> list[Phone]:
    phones = []
    began = time.monotonic()
    for call in range(calls):
        await asyncio.sleep(max(0.0, began + call / PER_S - time.monotonic()))
        pair = [phone(f"{call}:{number}") for number in (1, 2)]
        await asyncio.gather(*(connect(client, one) for one in pair))
        (await client.post(f"/calls/{call}")).raise_for_status()
        phones += pair
    return phones


def take_over(made: Phone, loop: Any, payloads: Sequence[bytes], count: int) -> None:
    """The socket and the keys of a connection, and its packets encrypted."""
    sender: Any = made.peer._sender
    dtls = sender.transport
    pair = dtls.transport._connection._nominated[1]
    transport = pair.protocol.transport
    inner = transport.get_extra_info("socket")
    loop._remove_reader(inner.fileno())
    made.socket = socket.socket(fileno=os.dup(inner.fileno()))
    made.socket.setblocking(False)
    made.address = pair.remote_addr
    kind = made.peer._voice_type
    made.packets = [
        dtls._tx_srtp.protect(header(kind, number + 1000, number * FRAME, sender._ssrc) + payload)
        for number in range(count)
        for payload in [bytes(LONG) if number == WARM_UP else payloads[number % len(payloads)]]
    ]


def hear(by_file: dict[int, Phone], poll: Any, wait_s: float) -> None:
    for file, _ in poll.poll(wait_s):
        made = by_file[file]
        while True:
            try:
                data = made.socket.recv(2048)
            except BlockingIOError:
                break
            if data[0] & 0xC0 == 0x80 and not 64 <= data[1] & 0x7F < 96:
                made.heard.append((int.from_bytes(data[2:4]), time.monotonic()))
                if len(data) > LONG:
                    made.first = made.heard[-1][0]


def run(phones: Sequence[Phone], count: int) -> float:
    """Sends everything on time; gives the share of this core that it took."""
    by_file = {one.socket.fileno(): one for one in phones}
    poll = select.epoll()
    for file in by_file:
        poll.register(file, select.EPOLLIN)
    gc.disable()
    began, cpu = time.monotonic() + 0.1, time.process_time()
    for number in range(count):
        for place, one in enumerate(phones):
            due = began + (number + place / len(phones)) * FRAME_S
            while (left := due - time.monotonic()) > 0:
                hear(by_file, poll, left)
            one.sent_s.append(time.monotonic())
            one.socket.sendto(one.packets[number], one.address)
            hear(by_file, poll, 0)
    end = time.monotonic() + 0.5
    while (left := end - time.monotonic()) > 0:
        hear(by_file, poll, left)
    return (time.process_time() - cpu) / (time.monotonic() - began)


def delays_ms(phones: Sequence[Phone]) -> tuple[list[float], int]:
    """How long each packet took, and how many got lost."""
    found, lost = [], 0
    for number, one in enumerate(phones):
        sent = phones[number ^ 1].sent_s[WARM_UP:]
        arrived = {(sequence - one.first) & 0xFFFF: at for sequence, at in one.heard}
        delays = [(arrived[index] - at) * 1000 for index, at in enumerate(sent) if index in arrived]
        found += delays
        lost += len(sent) - len(delays)
    return found, lost


def figures(phones: Sequence[Phone], length_s: float, at: Sequence[dict[str, float]]) -> dict[str, Any]:
    """``at``: the gateway before the calls, with them, and after the run."""
    before, began, after = at
    delays, lost = delays_ms(phones)
    cuts = statistics.quantiles(delays, n=100)
    setups = statistics.quantiles([one.setup_s * 1000 for one in phones], n=100)
    calls = len(phones) // 2
    return {
        "calls": calls,
        "cpu_share": (after["cpu_s"] - began["cpu_s"]) / (length_s + 0.6),
        "delay_ms": {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]},
        "packets": len(delays) + lost,
        "lost": lost,
        "setup_ms": {"p50": setups[49], "p95": setups[94]},
        "kb_per_call": (after["resident"] - before["resident"]) / calls / 1024,
    }


async def main() -> None:
    core, port, calls, length_s = (int(one) for one in sys.argv[1:])
    os.sched_setaffinity(0, {core})
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    count = round(length_s / FRAME_S)
    payloads = encoded(voice(220.0, 4.0))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:

        async def measure() -> dict[str, float]:
            return dict((await client.get("/figures")).json())

        at = [await measure()]
        phones = await set_up(client, calls)
        for one in phones:
            take_over(one, asyncio.get_running_loop(), payloads, count)
        at.append(await measure())
        busy = run(phones, count)
        at.append(await measure())
    print(json.dumps(figures(phones, length_s, at) | {"load_share": busy}), flush=True)
    os._exit(0)  # the connections are dead by now; there is nothing to say goodbye to


if __name__ == "__main__":
    asyncio.run(main())
