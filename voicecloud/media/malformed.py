"""Counts packets that make no sense, whoever sends them: they are dropped, and nothing else happens."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

counts: Counter[str] = Counter()
"""Packets dropped since the process began, by what they claimed to be: ``stun``, ``turn``, ``dtls``, ``rtp``, ``rtcp``
or ``unknown``."""

_named: set[tuple[str, str]] = set()


@contextmanager
def dropped(kind: str) -> Iterator[None]:
    """A packet is read in here. What cannot be read is counted; the first of each sort leaves a line in the log."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (the libraries raise whatever the bytes lead them to)
        counts[kind] += 1
        name = type(error).__name__
        if (kind, name) not in _named:
            _named.add((kind, name))
            log.info("malformed packets are dropped", extra={"kind": kind, "error": name})


def first_byte(datagram: bytes) -> str | None:
    """What a datagram beside STUN is (RFC 7983, section 7): ``dtls`` or ``rtp``. None: neither, or too short to be."""
    if len(datagram) < 2:
        return None
    if 19 < datagram[0] < 64:
        return "dtls" if _is_dtls(datagram) else None
    return "rtp" if 127 < datagram[0] < 192 and len(datagram) >= 12 else None


def _is_dtls(datagram: bytes) -> bool:
    """A record of DTLS 1.3 has a header of its own (RFC 9147, section 4); all others name a version (RFC 6347, 4.1)."""
    return datagram[0] > 31 or (len(datagram) > 13 and datagram[1] == 0xFE)
