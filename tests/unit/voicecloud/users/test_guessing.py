"""Pauses for who guesses passwords."""

from shared.errors import Limited
from voicecloud.users import guessing
from voicecloud.users.guessing import MOST, TRIES, Guessing

HOME, AWAY = "192.0.2.1", "198.51.100.7"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def pause_s(guesses: Guessing, name: str, address: str) -> float:
    """Of a try; 0 when it was allowed."""
    try:
        guesses.begin(name, address)
    except Limited as refused:
        return refused.retry_after_s
    return 0.0


def test_a_name_has_five_tries_and_then_growing_pauses() -> None:
    """From however many addresses; who waits as told is let in, and a refused try makes nothing longer."""
    clock = Clock()
    guesses = Guessing(clock)
    assert [pause_s(guesses, "Anna", f"192.0.2.{n}") for n in range(TRIES)] == [0.0] * TRIES
    pauses = []
    for n in range(5):
        pauses.append(pause_s(guesses, " anna", f"198.51.100.{n}"))
        assert pause_s(guesses, "anna", f"198.51.100.{n}") == pauses[-1]
        clock.now_s += pauses[-1]
        assert pause_s(guesses, "ANNA", f"203.0.113.{n}") == 0.0
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0]


def test_an_address_has_ten_tries() -> None:
    """Whatever names it tries; of IPv6 its network counts."""
    clock = Clock()
    guesses = Guessing(clock)
    allowed = [pause_s(guesses, f"name{n}", f"2001:db8:0:1::{n:x}") for n in range(11)]
    assert allowed == [0.0] * 10 + [2.0]
    assert pause_s(guesses, "name", HOME) == 0.0


def test_the_right_password_ends_it() -> None:
    """For the name; the address keeps what it has failed elsewhere."""
    guesses = Guessing(Clock())
    for n in range(10):
        guesses.begin(f"victim{n}", HOME)
        if n < 9:
            guesses.succeeded(guesses.begin("own", HOME))
    assert pause_s(guesses, "victim10", HOME) > 0
    for _ in range(3):
        for _ in range(TRIES - 1):
            attempt = guesses.begin("anna", AWAY)
        guesses.succeeded(attempt)


def test_strangers_do_not_lock_out_who_has_signed_in_before() -> None:
    """A name that is guessed at from elsewhere is open to the address it has signed in from."""
    guesses = Guessing(Clock())
    guesses.succeeded(guesses.begin("anna", HOME))
    for n in range(TRIES):
        guesses.begin("anna", f"203.0.113.{n}")
    assert pause_s(guesses, "anna", AWAY) > 0
    assert pause_s(guesses, "anna", HOME) == 0.0


def test_memory_is_bounded_and_given_back() -> None:
    """However many names are tried, and however long they are."""
    clock = Clock()
    guesses = Guessing(clock)
    for n in range(2 * MOST):
        guesses.begin(f"{n}" * 100, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}")
    assert guesses.kept <= 3 * MOST
    clock.now_s += guessing.FORGET_S
    guesses.begin("anna", HOME)
    assert guesses.kept == 2
