from datetime import timedelta

import httpx
import pytest

from shared.clock import from_iso, utc_now
from shared.enreach.client import Enreach
from shared.enreach.transport import Transport
from shared.errors import Misconfigured, Missing
from tests.fixtures.voicecloud import API_PASSWORD, API_USER, SALES_LIST, SUPPORT_LIST, VoiceCloud


@pytest.fixture
def enreach(voicecloud: VoiceCloud) -> Enreach:
    """Finds its way in by discovery and password, on the connections of the API user's client."""
    return Enreach(
        Transport(
            voicecloud.client, username=API_USER, password=API_PASSWORD, discovery_url=f"{voicecloud.url}/api/user"
        )
    )


async def test_the_client_finds_its_way_in(enreach: Enreach) -> None:
    """A discovery address, a user name and a password are all it takes."""
    assert await enreach.me()


async def test_the_lists_are_known(enreach: Enreach) -> None:
    """Each callback list has an id, for the profile, and a name, for people."""
    found = {one.id: one.name for one in await enreach.callback_lists()}
    assert {SALES_LIST, SUPPORT_LIST} <= found.keys()
    assert all(found.values())


async def test_open_callbacks_of_a_list_come_oldest_first(enreach: Enreach, voicecloud: VoiceCloud) -> None:
    """Only the list's own, only open ones, as many as asked for, left at or after the moment."""
    rows = [await voicecloud.leave_callback(f"+35840123456{number}") for number in range(4)]
    await voicecloud.leave_callback(list_id=SUPPORT_LIST)
    await enreach.close_callback(rows[1]["Id"], "Handled by D365")
    an_hour_ago = utc_now() - timedelta(hours=1)
    found = await enreach.callbacks(SALES_LIST, an_hour_ago, 100)
    assert [one.id for one in found.callbacks] == [rows[0]["Id"], rows[2]["Id"], rows[3]["Id"]]
    page = await enreach.callbacks(SALES_LIST, an_hour_ago, 2)
    assert ([one.id for one in page.callbacks], page.full) == ([rows[0]["Id"], rows[2]["Id"]], True)
    assert (await enreach.callbacks(SALES_LIST, utc_now() + timedelta(minutes=1), 100)).callbacks == []
    (first, *_) = found.callbacks
    assert (first.caller_number, first.list_id, first.is_open) == ("+358401234560", SALES_LIST, True)
    assert first.created_at == from_iso(rows[0]["CreatedTime"])


async def test_a_callback_is_closed_once_and_keeps_its_first_note(enreach: Enreach, voicecloud: VoiceCloud) -> None:
    """Closing again is fine and changes nothing."""
    row = await voicecloud.leave_callback()
    await enreach.close_callback(row["Id"], "Handled by D365")
    await enreach.close_callback(row["Id"], "again")
    assert not (await enreach.callback(row["Id"])).is_open
    assert (await voicecloud.client.get(f"/callbacks/{row['Id']}")).json()["CloseNote"] == "Handled by D365"


@pytest.mark.parametrize("callback_id", ["cb-unknown", "ä ö", "100%+1"])
async def test_an_unknown_callback_is_missing(enreach: Enreach, callback_id: str) -> None:
    """Whatever the id is made of, it is asked for as one and not found; closing it leaves nothing to do."""
    with pytest.raises(Missing, match="voicecloud-missing"):
        await enreach.callback(callback_id)
    await enreach.close_callback(callback_id, "Handled by D365")


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": API_USER, "password": "wrong"},
        {"username": API_USER, "secret_key": "wrong"},
        {"username": "nobody@aurorahome.example", "password": API_PASSWORD},
    ],
)
async def test_wrong_credentials_are_a_misconfiguration(voicecloud: VoiceCloud, credentials: dict[str, str]) -> None:
    """Unknown user, wrong password, wrong key: an administrator must correct it, and reads nothing secret."""
    async with httpx.AsyncClient() as http:
        client = Enreach(Transport(http, discovery_url=f"{voicecloud.url}/api/user", **credentials))
        with pytest.raises(Misconfigured, match="voicecloud-unauthorised") as refused:
            await client.me()
    assert "wrong" not in str(refused.value)


async def test_a_key_that_is_no_longer_good_is_replaced(voicecloud: VoiceCloud) -> None:
    """Where a password is set, an expired key costs two requests and no error."""
    async with httpx.AsyncClient() as http:
        client = Enreach(
            Transport(http, url=voicecloud.url, username=API_USER, secret_key="expired", password=API_PASSWORD)
        )
        assert await client.me()


def test_missing_settings_are_named() -> None:
    """An address and a user name must be set."""
    http = httpx.AsyncClient()
    for environ in ({}, {"VOICECLOUD_USERNAME": "u"}, {"VOICECLOUD_URL": "http://cloud"}):
        with pytest.raises(Misconfigured, match="app-setting-missing"):
            Transport.from_settings(environ, http)
