"""What a trunk sends as From and To, by the simulated one: every trunk's events go the same way."""

import pytest

from tests.fixtures.cases import rows
from tests.fixtures.voicecloud import CUSTOMER, VoiceCloud
from tests.fixtures.web_agent import ANNAS
from voicecloud.routing.effects import FinishCall
from voicecloud.vocabulary.calls import CallHistory, EndReason

SENT = [row for row in rows("trunk-numbers.tsv") if row[0] in {"To", "From"} and " with " not in row[1]]


async def called(cloud: VoiceCloud, **body: str) -> CallHistory:
    """The call as it was when it was over: at once where nobody has a phone."""
    ended: list[CallHistory] = []
    cloud.store.telephony.engine.attach(
        lambda effect: ended.append(effect.history) if isinstance(effect, FinishCall) else None
    )
    await cloud.client.post("/control/api/calls", json=body)
    return ended[0]


@pytest.mark.parametrize(("field", "sent", "right"), SENT)
async def test_numbers_are_those_of_the_trunks_country(
    voicecloud: VoiceCloud, field: str, sent: str, right: str
) -> None:
    """Whatever a trunk sends, the call reaches whom it is for, and its numbers are in E.164 or withheld (D11)."""
    history = await called(
        voicecloud, **{"From": CUSTOMER, "Number": ANNAS, "Number" if field == "To" else field: sent}
    )
    assert history.end_reason != EndReason.UNKNOWN_NUMBER
    assert history.b_number == ANNAS
    assert history.a_number == (None if right == "withheld" else CUSTOMER if field == "To" else right)


async def test_a_callback_is_kept_with_its_number_in_one_spelling(voicecloud: VoiceCloud) -> None:
    """As a colleague typed it, or without one where the network says so."""
    lists = (await voicecloud.client.get("/control/api/state")).json()["lists"]
    for typed, kept in (("040 123 4567", "+358401234567"), ("+266696687", "")):
        body = {"ListId": lists[0]["Id"], "CallerNumber": typed}
        left = (await voicecloud.client.post("/control/api/callbacks", json=body)).json()
        assert left["CallerNumber"] == kept
