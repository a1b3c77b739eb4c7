from collections.abc import Sequence
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.identity.model import Customer, CustomerKind, IndexedRecord
from shared.identity.number_index import NumberIndex
from shared.storage.tables import Table, Tables
from tests.fixtures.crashes import TABLE_EFFECTS, Crash, Fuse

PEOPLE = [Customer(CustomerKind.CONTACT, UUID(int=n), f"Person {n}") for n in range(3)]
NUMBERS = [f"+35840123456{n}" for n in range(4)]

changes = st.lists(
    st.builds(
        IndexedRecord,
        customer=st.sampled_from(PEOPLE),
        numbers=st.frozensets(st.sampled_from(NUMBERS), max_size=3),
    ),
    min_size=1,
    max_size=6,
)
crashes = st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=4)
generations = count()


async def apply_until_done(
    table: Table, generation: str, record: IndexedRecord, cuts: Sequence[tuple[int, bool]]
) -> None:
    """Applies a record as a repeated message would: after each crash again from the start, by a new process."""
    for at, after in cuts:
        try:
            await NumberIndex(Fuse(at, after=after).wrap(table, TABLE_EFFECTS), generation).apply(record)
        except Crash:
            continue
        return
    await NumberIndex(table, generation).apply(record)


@given(history=changes, cuts=crashes)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.asyncio
async def test_the_index_says_what_the_last_change_of_each_record_said(
    tables: Tables, history: list[IndexedRecord], cuts: list[tuple[int, bool]]
) -> None:
    """Whatever changes come and wherever the process dies, no owner is missing and no wrong person is found."""
    table, generation = tables.table("numbers"), f"g{next(generations)}"
    for record in history:
        await apply_until_done(table, generation, record, cuts)
    last = {record.customer: record.numbers for record in history}
    store = NumberIndex(table, generation)
    for number in NUMBERS:
        expected = tuple(sorted(customer for customer, numbers in last.items() if number in numbers))
        assert (await store.find(number))[0] == expected
