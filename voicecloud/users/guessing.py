"""Slows down whoever guesses passwords: each name and each address has a few tries, then pauses that grow.

A try counts before it is checked, so that a hundred at once are a hundred tries. Memory is bounded: names are kept as
digests, counts are forgotten after ``FORGET_S``, and beyond ``MOST`` the oldest go first.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from shared.errors import Limited

TRIES = 5
"""For one name; as many again for an address, which several people may share."""
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 900.0
FORGET_S = 3_600.0
MOST = 10_000


@dataclass(frozen=True)
class SignInAttempt:
    """A try that was allowed. ``counted`` is what it counts against: the name, or name and address together where
    that pair has succeeded before."""

    counted: bytes
    address: bytes
    pair: bytes


@dataclass(eq=False, repr=False)
class Tries:
    """Tries that did not succeed, by key. ``free`` of them are at once, each further one waits twice as long."""

    free: int
    now: Callable[[], float]
    _counts: OrderedDict[bytes, tuple[int, float]] = field(default_factory=OrderedDict, init=False)

    def pause_s(self, key: bytes) -> float:
        """How long ``key`` has to wait for its next try."""
        count, last = self._counts.get(key, (0, 0.0))
        if count < self.free or self.now() - last >= FORGET_S:
            return 0.0
        pause = min(FIRST_PAUSE_S * 2.0 ** min(count - self.free, 16), LONGEST_PAUSE_S)
        return max(0.0, last + pause - self.now())

    def add(self, key: bytes) -> None:
        now = self.now()
        count, last = self._counts.pop(key, (0, now))
        self._counts[key] = (1 if now - last >= FORGET_S else count + 1, now)
        while self._counts and (len(self._counts) > MOST or now - next(iter(self._counts.values()))[1] >= FORGET_S):
            self._counts.popitem(last=False)

    def take_back(self, key: bytes) -> None:
        """One try was none: the password was right."""
        count, last = self._counts.get(key, (0, 0.0))
        if count > 1:
            self._counts[key] = (count - 1, last)
        else:
            self.forget(key)

    def forget(self, key: bytes) -> None:
        self._counts.pop(key, None)

    def __len__(self) -> int:
        return len(self._counts)


class Guessing:
    """``now`` counts seconds. Who has signed in before from an address is not locked out by strangers elsewhere."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._names = Tries(TRIES, now)
        self._addresses = Tries(2 * TRIES, now)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def know(self, pairs: Iterable[bytes]) -> None:
        """Pairs of name and address that have signed in before, the latest last."""
        for pair in pairs:
            self._known[pair] = None
            self._known.move_to_end(pair)
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def begin(self, user_name: str, address: str) -> SignInAttempt:
        """Counts a try. Raises Limited ``sign-in-pause``; a try that is refused does not make the pause longer."""
        name, place = _digest(user_name.strip().lower()), _digest(_network(address))
        pair = hashlib.blake2b(name + place, digest_size=16).digest()
        attempt = SignInAttempt(pair if pair in self._known else name, place, pair)
        pause_s = max(self._names.pause_s(attempt.counted), self._addresses.pause_s(place))
        if pause_s:
            raise Limited("sign-in-pause", "too many failed sign-ins: a pause is needed", pause_s)
        self._names.add(attempt.counted)
        self._addresses.add(place)
        return attempt

    def succeeded(self, attempt: SignInAttempt) -> None:
        """The name starts from the beginning; of the address only this try is taken back."""
        self._names.forget(attempt.counted)
        self._addresses.take_back(attempt.address)
        self.know([attempt.pair])

    def abandoned(self, attempt: SignInAttempt) -> None:
        """The password was not looked at."""
        self._names.take_back(attempt.counted)
        self._addresses.take_back(attempt.address)

    @property
    def kept(self) -> int:
        """Entries in memory."""
        return len(self._names) + len(self._addresses) + len(self._known)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _network(address: str) -> str:
    """Of IPv6 the first 64 bits: the rest is the sender's to choose (RFC 4291, section 2.5.4)."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return f"{int(read) >> 64:x}::/64" if isinstance(read, IPv6Address) and not read.ipv4_mapped else str(read)
