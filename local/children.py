"""Children that end with their parent, however it ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
"""prctl(2): the kernel sends the child this signal when the thread that made it ends."""

_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def ends_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn``: it runs in the child before that becomes the program."""
    parent = os.getpid()

    def bind() -> None:
        if sign is not signal.SIGKILL:
            signal.signal(sign, signal.SIG_DFL)  # what the parent does at this signal is not for the child
        if _prctl is None:
            return
        _prctl(PR_SET_PDEATHSIG, sign)
        if os.getppid() != parent:  # it has ended meanwhile
            os.kill(os.getpid(), sign)

    return bind
