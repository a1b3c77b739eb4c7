import os
import signal
import time
from collections.abc import Callable

from tests.fixtures.stack import StackProcess, alive

GONE_WITHIN_S = 20


def all_gone(pids: list[int]) -> bool:
    end = time.monotonic() + GONE_WITHIN_S
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_a_process_that_dies_stops_the_stack_loudly(make_stack: Callable[[], StackProcess]) -> None:
    """Nothing is restarted in silence: the stack says which process ended, stops the others and fails."""
    stack = make_stack().start()
    children = list(stack.children())
    os.kill(stack.child("local.dynamics"), signal.SIGKILL)
    assert stack.ended() == 1
    assert "THE STACK HAS STOPPED: dynamics ended with code -9" in stack.output
    assert all_gone(children)


def test_a_killed_stack_leaves_no_orphans(make_stack: Callable[[], StackProcess]) -> None:
    """The kernel ends every child when the supervisor is killed, and the folder is free again."""
    stack = make_stack().start()
    children = list(stack.children())
    assert len(children) == 6
    stack.send(signal.SIGKILL)
    stack.ended()
    assert all_gone(children)
    again = make_stack().start()
    again.send(signal.SIGTERM)
    assert again.ended() == 0
