"""The only module that touches aioice's private parts, which aiortc brings: how a peer connection finds its way.

What is changed of its 0.13 is guarded by ``tests/integration/voicecloud/media/test_ice.py``:

* a machine without a network offers its loopback address, so that it can be called from itself;
* servers that do not answer are waited for shortly, then the connection goes without them;
* datagrams that wait to be read are limited: a process that cannot keep up loses them, as a network would;
* malformed packets are dropped and counted: aioice catches only some of what they raise;
* ports and the address that others see can be given.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import Any, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol
from aioice.turn import TurnClientMixin

from voicecloud.media import malformed
from voicecloud.settings.media import Way

LOOPBACK = "127.0.0.1"
SERVERS_S = 1.5
"""How long STUN and TURN servers have for their answer."""
MOST_WAITING = 250
"""Datagrams, five seconds of a call."""

_LAST_OF_STUN = b"\x03"

log = logging.getLogger(__name__)


class _Recent(asyncio.Queue[tuple[bytes, int] | None]):
    """Takes what there is room for and can be DTLS or RTP; None, the end, always."""

    def put_nowait(self, item: tuple[bytes, int] | None) -> None:
        if item is not None and malformed.first_byte(item[0]) is None:
            malformed.counts["unknown"] += 1
        elif item is None or self.qsize() < MOST_WAITING:
            super().put_nowait(item)


_read_stun, _read_turn = StunProtocol.datagram_received, TurnClientMixin.datagram_received


def _datagram(protocol: StunProtocol, data: bytes | str, addr: tuple[Any, ...]) -> None:
    """What cannot be STUN by its first byte (RFC 7983) is not tried as such."""
    with malformed.dropped("stun"):
        if isinstance(data, bytes) and data[:1] > _LAST_OF_STUN:
            protocol.receiver.data_received(data, protocol.local_candidate.component)
        else:
            _read_stun(protocol, data, addr)


def _relayed(protocol: TurnClientMixin, data: bytes | str, addr: tuple[str, int]) -> None:
    with malformed.dropped("turn"):
        _read_turn(protocol, data, addr)


_stun: Any = StunProtocol
_turn: Any = TurnClientMixin
_stun.datagram_received, _turn.datagram_received = _datagram, _relayed


def steer(connection: Connection, way: Way) -> None:
    """Before candidates are gathered."""
    as_it_is = connection.get_component_candidates

    async def gather(component: int, addresses: list[str], timeout: float = SERVERS_S) -> list[Candidate]:
        hosts = addresses or [LOOPBACK]
        if not way.address and not way.ports:
            return await as_it_is(component, hosts, cast(int, SERVERS_S))
        found = [one for host in hosts if (one := await _bound(connection, component, host, way))]
        return found + await as_it_is(component, [], cast(int, SERVERS_S))

    made: Any = connection
    made.get_component_candidates = gather
    made._queue = _Recent()
    made.check_incoming = _checked(connection.check_incoming)


def _checked(takes: Callable[..., None]) -> Callable[..., None]:
    """The same for a check of the peer, which may be read later than it comes."""

    def check(*given: Any) -> None:
        with malformed.dropped("stun"):
            takes(*given)

    return check


async def _bound(connection: Connection, component: int, host: str, way: Way) -> Candidate | None:
    """A socket at one of the ports, and what others are told of it; None when there is none left."""
    loop = asyncio.get_running_loop()
    for port in _shuffled(way.ports) or [0]:
        try:
            transport, protocol = await loop.create_datagram_endpoint(
                lambda: StunProtocol(connection), local_addr=(host, port)
            )
        except OSError:
            continue
        address = (way.address or host, transport.get_extra_info("sockname")[1])
        protocol.local_candidate = _candidate(component, address)
        connection._protocols.append(protocol)
        return protocol.local_candidate
    log.warning("no free port for a peer connection", extra={"ports": len(way.ports)})
    return None


def _shuffled(ports: range) -> Sequence[int]:
    """Whoever looks for a free one finds it soon, and not always the one that was just given up."""
    return random.sample(ports, len(ports))


def _candidate(component: int, address: tuple[str, int]) -> Candidate:
    return Candidate(
        foundation=candidate_foundation("host", "udp", address[0]),
        component=component,
        transport="udp",
        priority=candidate_priority(component, "host"),
        host=address[0],
        port=address[1],
        type="host",
    )
