import signal
import time
from collections.abc import Callable

from local.outside import outside
from local.smoke.callback import NUMBER, SALES_LIST
from local.smoke.capabilities import eventually
from tests.fixtures.stack import StackProcess


async def test_a_stack_does_its_main_job_and_keeps_it_over_a_restart(make_stack: Callable[[], StackProcess]) -> None:
    """Started, used, stopped within seconds by Ctrl-C, started again: what was done before is still there."""
    stack = make_stack().start()
    async with outside(stack.settings, stack.functions_url) as seen:
        callback_id = await seen.leave_callback(SALES_LIST, NUMBER, "")
        assert (await seen.functions.get("/api/health")).json()["state"] == "ok"
        await eventually(lambda: seen.closed_callback(callback_id), "not closed")
    stack.send(signal.SIGINT)
    begun_at = time.monotonic()
    assert stack.ended() == 0
    assert time.monotonic() - begun_at < 10
    assert not (stack.state / "app.env").exists()

    again = make_stack().start()
    async with outside(again.settings, again.functions_url) as seen:
        activity = await seen.callback_activity(callback_id)
        assert activity is not None
        closed = await seen.closed_callback(callback_id)
        assert closed is not None
        assert closed["CloseNote"] == "Handled by D365"
    again.send(signal.SIGTERM)
    assert again.ended() == 0
