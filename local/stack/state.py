"""The folder where a stack keeps everything: storage, queues, Dynamics, certificates, settings, log."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StateInUseError(Exception):
    """Another stack runs on the same folder."""


@contextmanager
def claimed(state: Path) -> Iterator[None]:
    """The folder is ours alone inside; the kernel lets go of it however we end. Raises StateInUseError."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateInUseError(f"another stack runs on {state}") from error
        yield
