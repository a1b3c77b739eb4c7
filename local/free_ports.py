"""Ports for servers whose address must be known before they listen, or stay theirs over a restart.

Below the range from which the kernel takes the near ends of outgoing connections: one of that range, free now, may be
such an end when the server wants it, and cannot be listened at until that connection is over.
"""

import os
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

LOWEST = 12_000
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL = 32_768
"""Where outgoing connections begin on Linux; other systems begin higher."""

_turns = count(os.getpid() * 97)


def free_port(kind: int = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """One that nobody uses, and that this process was not given before."""
    for port in _candidates():
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


def _candidates() -> Iterator[int]:
    """Each process begins elsewhere, so that two do not choose the same. 0, whatever the kernel gives, comes last."""
    span = _outgoing_from() - LOWEST
    for _ in range(span):
        yield LOWEST + next(_turns) % span
    yield 0


def _outgoing_from() -> int:
    try:
        return int(OUTGOING.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return USUAL
