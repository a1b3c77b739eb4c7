"""What crosses on a line of the SIP trunk: the order in which Janus and the far end speak is the test's."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures.sip_line import Line, sip_line
from tests.fixtures.voicecloud import ANNA, RunVoiceCloud
from tests.fixtures.web_agent import leg_of, until


@pytest_asyncio.fixture
async def line(run_voicecloud: RunVoiceCloud) -> AsyncIterator[Line]:
    async with sip_line(run_voicecloud) as made:
        yield made


async def test_a_call_is_taken_back_when_the_far_end_has_said_something(line: Line) -> None:
    """Before that it cannot be (RFC 3261, section 9.1); afterwards it is, once; then the line is free."""
    line.hangs_up(await line.calls())
    await line.cloud.client.get("/control/api/state")
    for event in ("calling", "ringing", "proceeding"):
        line.janus.tells(event)
    await until(lambda: line.janus.said == ["call", "calling", "ringing", "proceeding", "hangup"])
    line.janus.tells("hangup", code=487)
    await until(lambda: line.trunk.is_idle)


async def test_a_hang_up_that_crosses_with_the_answer_does_not_reach_the_next_call(line: Line) -> None:
    """It is asked for once; the line's next call is answered."""
    line.hangs_up(await line.calls())
    line.janus.tells("ringing")
    line.janus.tells("accepted")
    await until(lambda: line.janus.said == ["call", "ringing", "accepted", "hangup"])
    line.janus.tells("hangup", code=200)
    await until(lambda: line.trunk.is_idle)
    following = await line.calls()
    line.janus.tells("accepted")
    await until(lambda: leg_of(line.cloud, following, ANNA, "connected"))
    assert line.janus.said == ["call", "accepted"]


async def test_an_error_of_the_lines_call_before_does_not_end_the_next(line: Line) -> None:
    """Both hang up at once: Janus has no call any more when asked to end it, and says so during the next one."""
    call_id = await line.calls()
    line.janus.tells("accepted")
    await until(lambda: leg_of(line.cloud, call_id, ANNA, "connected"))
    line.hangs_up(call_id)
    await until(lambda: line.janus.said == ["call", "accepted", "hangup"])
    line.janus.tells("hangup", code=200)
    await until(lambda: line.trunk.is_idle)
    following = await line.calls()
    line.janus.tells("error", transaction=line.janus.transactions[1])
    line.janus.tells("accepted")
    await until(lambda: leg_of(line.cloud, following, ANNA, "connected"))


async def test_a_call_that_janus_refuses_is_over_and_the_line_is_free(line: Line) -> None:
    """The error of Janus ends the call."""
    call_id = await line.calls()
    line.janus.tells("error", transaction=line.janus.transactions[0])
    await until(lambda: line.is_over(call_id) and line.trunk.is_idle)
