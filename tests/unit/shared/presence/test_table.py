"""The tables of one agent's status, over every combination of facts."""

from itertools import product

import pytest

from shared.presence.in_call import OMNICHANNEL, CallFact, Cover, OmnichannelWrite, PhoneFact
from shared.presence.state_machine import TABLES
from shared.presence.table import ANY, READING, DecisionTable, Shows

OMNICHANNELS = list(product(*OMNICHANNEL.facts.values()))


@pytest.mark.parametrize("name", TABLES)
def test_exactly_one_row_holds_for_any_facts(name: str) -> None:
    """Rows exclude each other and leave nothing out, and each has as many cells as there are headings."""
    table = TABLES[name]
    for facts in product(*table.facts.values()):
        table.of(*facts)
    for cells, result in table.rows:
        assert len(cells) == len(table.facts), cells
        assert len(table.leads_to) == (len(result) if isinstance(result, tuple) else 1), result


def test_two_rows_for_the_same_facts_are_refused() -> None:
    """So is none: a table never decides by the order of its rows."""
    twice = DecisionTable({"the agent": CallFact}, ("what",), (((ANY,), 1), ((CallFact.YES,), 2)))
    assert twice.of(CallFact.NO) == 1
    for table, fact in ((twice, CallFact.YES), (DecisionTable(twice.facts, ("what",), ()), CallFact.NO)):
        with pytest.raises(ValueError, match="values to unpack"):
            table.of(fact)


def test_nobody_is_left_in_do_not_disturb_after_a_call() -> None:
    """Without a call our do not disturb is given back, or never set, unless the phone says the same."""
    for call, cover, phones, kind in OMNICHANNELS:
        if call is CallFact.NO and cover is not Cover.NONE and phones is not PhoneFact.DND:
            expected = OmnichannelWrite.RESTORE if cover is Cover.SET else OmnichannelWrite.MIRROR
            assert OMNICHANNEL.of(call, cover, phones, kind).wish is expected


def test_who_is_covered_in_a_call_is_not_uncovered_by_what_is_no_do_not_disturb() -> None:
    """Whatever the phone says meanwhile is kept for after the call."""
    for call, cover, phones, kind in OMNICHANNELS:
        if call is CallFact.YES and cover is not Cover.NONE and phones is not PhoneFact.DND:
            wish, then = OMNICHANNEL.of(call, cover, phones, kind)
            assert wish in {OmnichannelWrite.IN_CALL, OmnichannelWrite.REPAIR, OmnichannelWrite.NOTHING}
            assert then is cover


def test_nothing_new_and_what_comes_late_leave_a_pending_write() -> None:
    """Whatever that is; only somebody's choice, or being done, ends it."""
    for shows, pending in product(*READING.facts.values()):
        stays = READING.of(shows, pending).then == "stays"
        assert stays or shows not in {Shows.KNOWN, Shows.GIVEN_UP}
