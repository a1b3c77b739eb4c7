"""Playing customers by command."""

from lab.play import Request, parser, request_of, send
from tests.fixtures.voicecloud import ANNA, CUSTOMER, SALES_LIST, SALES_NUMBER, VoiceCloud


async def run(cloud: VoiceCloud, *command: str) -> int:
    arguments = parser().parse_args(command)
    return await send(cloud.url, request_of(arguments))


async def test_commands_play_the_customer(voicecloud: VoiceCloud) -> None:
    """A call is made and ended, a callback left, traffic started and stopped."""
    assert await run(voicecloud, "call", SALES_NUMBER, "--from", CUSTOMER) == 0
    [call] = voicecloud.store.telephony.engine.platform.live_calls()
    assert call.a_number == CUSTOMER
    assert await run(voicecloud, "key", call.call_id, "5") == 0
    assert await run(voicecloud, "hangup", call.call_id) == 0
    assert voicecloud.store.telephony.engine.platform.live_calls() == []
    assert await run(voicecloud, "callback", SALES_LIST, CUSTOMER) == 0
    assert await run(voicecloud, "traffic", "60") == 0
    assert await run(voicecloud, "traffic", "0") == 0


async def test_commands_play_a_user(voicecloud: VoiceCloud) -> None:
    """A user gets a telephone, calls a customer from it and transfers them to a pool; the telephone is taken away."""
    assert await run(voicecloud, "terminal", ANNA, "mobile") == 0
    assert await run(voicecloud, "dial", ANNA, CUSTOMER, "--terminal", "mobile", "--answer", "nobody") == 0
    [call] = voicecloud.store.telephony.engine.platform.live_calls()
    for command in (("answer",), ("hold", "--user", ANNA), ("resume", "--user", ANNA)):
        assert await run(voicecloud, command[0], call.call_id, *command[1:]) == 0
    assert await run(voicecloud, "transfer", call.call_id, SALES_NUMBER, "--user", ANNA) == 0
    assert await run(voicecloud, "hangup", call.call_id) == 0
    row = (await voicecloud.over(call.call_id))[0]
    assert (row["UserID"], row["Terminal"], row["Direction"]) == (ANNA, "mobile", 1)
    assert await run(voicecloud, "terminal", ANNA, "none") == 0


async def test_a_refusal_is_an_exit_code(voicecloud: VoiceCloud) -> None:
    """What the voice cloud refuses, and a voice cloud that is not there, end with 1."""
    assert await run(voicecloud, "hangup", "nobody") == 1
    assert await send("http://127.0.0.1:9", Request("POST", "traffic", {})) == 1
