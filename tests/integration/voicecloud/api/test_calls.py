"""Call records over the API."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from lab.people.customers import Behaviour
from tests.fixtures.voicecloud import CUSTOMER, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from voicecloud.settings.media import AudioFormat

ANNA = "anna.virtanen@aurorahome.example"
DAVID = "david.korhonen@aurorahome.example"
CARLA = "carla.makinen@aurorahome.example"
DAVIDS_NUMBER = "+35891001004"
PASSWORD = "local-password"


async def test_rows_appear_after_the_delay_only(run_voicecloud: RunVoiceCloud) -> None:
    """A call's rows are not to be had before the post-processing delay has passed."""
    async with run_voicecloud(post_processing_delay_s=0.5) as cloud:
        call_id = await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05))
        assert await cloud.over(call_id) == []
        await asyncio.sleep(0.6)
        [row] = (await cloud.client.get("/calls", params={"CallId": call_id})).json()
    assert (row["CallTypeString"], row["Privacy"], row["Terminal"]) == ("DirectCall", "Work", "web")


async def test_an_unanswered_call_is_recorded_without_an_answer(voicecloud: VoiceCloud) -> None:
    """A caller who gives up while it rings leaves a row of the user that says so."""
    call_id = await voicecloud.call("+35891001001", Behaviour(patience_s=0.1))
    [missed] = await voicecloud.over(call_id)
    assert (missed["EndResult"], missed["RingTime"], missed["Terminal"]) == (1, 0, None)  # Anna has no telephone
    service = await voicecloud.call(SALES_NUMBER, Behaviour(patience_s=0.005))
    for row in await voicecloud.over(service):
        assert row["EndResult"] == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "window-missing"),
        ("?StartTime=2026-01-01 00:00:00", "window-missing"),
        ("?StartTime=2026-01-01 00:00:00&EndTime=2026-02-02 00:00:00", "window-too-long"),
        ("?ModifiedAfter=2026-01-01 00:00:00&ModifiedBefore=2026-02-02 00:00:00", "window-too-long"),
        ("?StartTime=2026-01-02 00:00:00&EndTime=2026-01-01 00:00:00", "window-order"),
        ("?StartTime=today&EndTime=tomorrow", "query-time"),
    ],
)
async def test_windows_are_checked(voicecloud: VoiceCloud, query: str, code: str) -> None:
    """A window is complete, in order and at most 31 days long, for calls and service calls."""
    for path in ("/calls", "/servicecall"):
        answer = await voicecloud.client.get(f"{path}{query}")
        assert (answer.status_code, answer.json()["Code"]) == (400, code)


async def test_thirty_one_days_are_allowed(voicecloud: VoiceCloud) -> None:
    """The longest window is not refused."""
    window = {"StartTime": "2026-01-01 00:00:00", "EndTime": "2026-02-01 00:00:00"}
    assert (await voicecloud.client.get("/calls", params=window)).json() == []


async def test_unknown_calls_have_no_rows(voicecloud: VoiceCloud) -> None:
    """An id that never was gives an empty list, whatever it looks like."""
    for call_id in ("nonsense", "01a20640-3509-7000-9b84-2fd66a719f3f"):
        assert (await voicecloud.client.get("/calls", params={"CallId": call_id})).json() == []


async def test_foreign_data_is_403(voicecloud: VoiceCloud) -> None:
    """Users see their own calls and recordings; those of others are forbidden, but not to a supervisor."""
    rows = await voicecloud.over(await voicecloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.1)))
    [recording_id] = rows[0]["RecordingIds"]
    david, carla = await voicecloud.signed_in(DAVID, PASSWORD), await voicecloud.signed_in(CARLA, PASSWORD)
    anna = await voicecloud.signed_in(ANNA, PASSWORD)
    path = f"/calls/recordings/{recording_id}"
    assert [(await one.get(path)).status_code for one in (david, carla, anna)] == [200, 403, 200]
    by_call = {"CallId": rows[0]["CallID"]}
    assert [len((await one.get("/calls", params=by_call)).json()) for one in (david, carla)] == [1, 0]
    foreign = await carla.get("/calls", params={**by_call, "UserIDs": rows[0]["UserID"]})
    assert (foreign.status_code, foreign.json()["Code"]) == (403, "foreign-user")


async def test_the_rows_of_a_user_are_found_where_pools_had_calls_too(voicecloud: VoiceCloud) -> None:
    """By their id and as all that they may see: a pool's row names no user, and hides nobody's."""
    rows = await voicecloud.over(await voicecloud.call(SALES_NUMBER, Behaviour(talk_s=0.1)))
    user_id, by_call = rows[0]["UserID"], {"CallId": rows[0]["CallID"]}
    carla, now = await voicecloud.signed_in(CARLA, PASSWORD), datetime.now(UTC)
    window = {"StartTime": str(now - timedelta(minutes=1)), "EndTime": str(now + timedelta(minutes=1))}
    for asked in (by_call, window):
        found = await voicecloud.client.get("/calls", params={**asked, "UserIDs": user_id})
        assert [(row["UserID"], len(row["RecordingIds"])) for row in found.json()] == [(user_id, 1)]
        foreign = await carla.get("/calls", params=asked)
        assert (foreign.status_code, foreign.json()) == (200, [])


async def test_a_recording_link_is_for_one_recording_and_a_while(run_voicecloud: RunVoiceCloud) -> None:
    """A token that was changed, is for something else or has expired opens nothing."""
    async with run_voicecloud(recording_link_s=1.0) as cloud:
        rows = await cloud.over(await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.1)))
        path = f"/calls/recordings/{rows[0]['RecordingIds'][0]}"
        link = (await cloud.client.get(path)).json()["URL"]
        assert (await cloud.client.get(f"/{link}", auth=None)).status_code == 200
        assert (await cloud.client.get(f"/{link[:-1]}x")).status_code == 403
        await asyncio.sleep(2)
        expired = await cloud.client.get(f"/{link}")
        assert (expired.status_code, expired.json()["Code"]) == (403, "recording-token")


async def test_a_recording_is_given_in_parts(voicecloud: VoiceCloud) -> None:
    """One byte range at a time, and a word about the size where it lies behind the end."""
    rows = await voicecloud.over(await voicecloud.call(SALES_NUMBER, Behaviour(talk_s=0.3)))
    link = (await voicecloud.client.get(f"/calls/recordings/{rows[0]['RecordingIds'][0]}")).json()["URL"]
    whole = (await voicecloud.client.get(f"/{link}")).content
    for asked, part in (("bytes=10-19", whole[10:20]), ("bytes=-5", whole[-5:]), ("bytes=20-", whole[20:])):
        answer = await voicecloud.client.get(f"/{link}", headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, part)
    beyond = await voicecloud.client.get(f"/{link}", headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


async def test_recordings_are_kept_in_the_form_that_is_set(run_voicecloud: RunVoiceCloud) -> None:
    """A changed setting is for new recordings; those made before stay as they are."""
    types = {}
    for wanted in (AudioFormat.OPUS, AudioFormat.MP3):
        async with run_voicecloud(recording_format=wanted) as cloud:
            [row] = await cloud.over(await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.1)))
            types[row["RecordingIds"][0]] = wanted
    async with run_voicecloud() as cloud:
        for recording_id, wanted in types.items():
            found = (await cloud.client.get(f"/calls/recordings/{recording_id}")).json()
            audio = await cloud.client.get(f"/{found['URL']}", auth=None)
            assert audio.headers["Content-Type"] == {"opus": "audio/ogg", "mp3": "audio/mpeg"}[wanted]
            assert audio.content.startswith({"opus": b"OggS", "mp3": b"ID3"}[wanted])


async def test_privacy_moves_the_modified_time(voicecloud: VoiceCloud) -> None:
    """A row that is classified again is found by its new time of change, once."""
    [row] = await voicecloud.over(await voicecloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05)))
    body = {"CallId": row["CallID"], "Privacy": "Private"}
    changed = (await voicecloud.client.put(f"/calls/{row['Id']}/privacy", json=body)).json()
    assert changed["Privacy"] == "Private"
    assert changed["ModifiedTime"] > row["ModifiedTime"]
    now = datetime.now(UTC)
    window = {"ModifiedAfter": str(now - timedelta(minutes=1)), "ModifiedBefore": str(now + timedelta(minutes=1))}
    assert (await voicecloud.client.get("/calls", params=window)).json() == [changed]


async def test_privacy_is_fixed_after_fourteen_days(run_voicecloud: RunVoiceCloud) -> None:
    """Work cannot become Private any more when the call is older."""
    late = timedelta()
    async with run_voicecloud(clock=lambda: datetime.now(UTC) + late) as cloud:
        [row] = await cloud.over(await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05)))
        late = timedelta(days=15)
        body = {"CallId": row["CallID"], "Privacy": "Private"}
        refused = await cloud.client.put(f"/calls/{row['Id']}/privacy", json=body)
        assert (refused.status_code, refused.json()["Code"]) == (409, "privacy-too-late")


async def test_retention_deletes_days_with_their_recordings(run_voicecloud: RunVoiceCloud) -> None:
    """Records and recordings older than the retention time are gone, newer ones stay."""
    late = timedelta()
    async with run_voicecloud(clock=lambda: datetime.now(UTC) + late, retention_days=30) as cloud:
        [row] = await cloud.over(await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05)))
        records = cloud.store.telephony.records
        assert await records.purge(timedelta(days=30)) == 0
        late = timedelta(days=32)
        assert await records.purge(timedelta(days=30)) == 1
        assert (await cloud.client.get("/calls", params={"CallId": row["CallID"]})).json() == []
        assert (await cloud.client.get(f"/calls/recordings/{row['RecordingIds'][0]}")).status_code == 404


async def test_a_withheld_number_is_empty(voicecloud: VoiceCloud) -> None:
    """Somebody who hides their number has none in the rows."""
    [row] = await voicecloud.over(await voicecloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05), caller=None))
    assert row["ANum"] == ""
    assert row["BNum"] != CUSTOMER
