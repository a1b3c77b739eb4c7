"""What Dynamics is asked to take fits its columns, whatever the voice cloud has reported (G1, K2)."""

import json
from pathlib import Path

from shared.calls.activity_mapping import PARTIES, Composition, columns, minutes
from shared.calls.facts import from_events, from_rows
from shared.calls.model import AgentNotes, PoolCallEvent, PoolCallEventKind
from shared.dataverse import names
from shared.enreach.parsing import call_page
from shared.outside import LONGEST_S, moment
from shared.settings.model import CallSync

COLUMNS = json.loads((Path(__file__).parents[4] / "infra/dynamics/columns.json").read_text())
LENGTHS = {one["name"]: one["max_length"] for one in COLUMNS if "max_length" in one} | {
    "subject": names.SUBJECT_LENGTH,
    "phonenumber": names.PHONENUMBER_LENGTH,
}
LARGEST = 2**31 - 1
GIVEN = Composition(None, {}, CallSync(), AgentNotes(), "https://voice.example/api/recordings/c", None)
LONG = "\N{GRINNING FACE}" * 400


def test_what_is_too_long_is_cut() -> None:
    """One unreasonable text would keep the whole call out of Dynamics."""
    row = {
        "Id": "r1",
        "CallID": "c" * 64,
        "Privacy": "Work",
        "TimeStamp": "2026-11-30T08:00:00Z",
        "AnswerTime": "2026-11-30T08:00:10Z",
        "EndTime": "2098-11-30T08:01:10Z",
        **dict.fromkeys(["ANum", "BNum", "QueueName", "Terminal", "EndReason", "UserID"], LONG),
    }
    facts = from_rows(call_page([row], 10).rows)
    assert facts
    written = columns(facts, GIVEN)
    texts = {name: value for name, value in written.items() if name in LENGTHS and value}
    assert texts.keys() >= {names.TERMINAL, names.POOL, names.CALL_ID}
    assert [name for name, text in texts.items() if len(text.encode("utf-16-le")) > 2 * LENGTHS[name]] == []
    assert all(len(who) <= names.PHONENUMBER_LENGTH for _, who in written[PARTIES])
    assert all(value <= LARGEST for value in written.values() if isinstance(value, int))


def test_a_call_of_a_pool_lasts_no_longer_than_a_year() -> None:
    """Events are dated by a clock that may be anywhere; a number that no column takes would end as a dead letter."""
    dates = {PoolCallEventKind.ANSWERED: "2000-01-02T00:00:00Z", PoolCallEventKind.ENDED: "2099-01-01T00:00:00Z"}
    events = [PoolCallEvent("c", at, kind, moment(date), "", "", "u") for at, (kind, date) in enumerate(dates.items())]
    facts = from_events(events)
    assert facts
    assert facts.duration_s == LONGEST_S


def test_a_call_that_was_talked_in_lasted_a_minute_at_least() -> None:
    """Whole minutes, to the nearest; none only where nobody talked."""
    assert [minutes(seconds) for seconds in (0, 1, 29, 89, 91, 3600)] == [0, 1, 1, 1, 2, 60]
