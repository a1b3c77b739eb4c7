from uuid import UUID, uuid4

from shared.identity.model import Customer, CustomerKind, IndexedRecord
from shared.identity.number_index import MAX_CUSTOMERS, NumberIndex
from shared.storage.tables import Tables

MATTI = Customer(CustomerKind.CONTACT, UUID(int=1), "Matti Meikäläinen")
MAIJA = Customer(CustomerKind.CONTACT, UUID(int=2), "Maija Meikäläinen")
HOME, MOBILE = "+3589123456", "+358401234567"


def record(customer: Customer, *numbers: str) -> IndexedRecord:
    return IndexedRecord(customer, frozenset(numbers))


async def test_a_number_finds_everybody_who_has_it(tables: Tables) -> None:
    """A shared number finds all its owners, another one finds its only owner, an unknown one nobody."""
    store = NumberIndex(tables.table("numbers"), "g1")
    await store.load([record(MATTI, HOME, MOBILE), record(MAIJA, HOME)])
    assert await store.find(HOME) == ((MATTI, MAIJA), False)
    assert await store.find(MOBILE) == ((MATTI,), False)
    assert await store.find("+358409999999") == ((), False)


async def test_a_changed_record_is_found_by_its_new_numbers_only(tables: Tables) -> None:
    """After a change the old number no longer finds the record, and a new name is what is found."""
    store = NumberIndex(tables.table("numbers"), "g1")
    await store.load([record(MATTI, HOME)])
    renamed = Customer(MATTI.kind, MATTI.id, "Matti Virtanen")
    await store.apply(record(renamed, MOBILE))
    assert await store.find(HOME) == ((), False)
    assert await store.find(MOBILE) == ((renamed,), False)
    await store.apply(record(MATTI))
    assert await store.find(MOBILE) == ((), False)


async def test_pages_that_share_a_number_are_added_up(tables: Tables) -> None:
    """A number on two pages of the first load finds the records of both, also when a page is loaded again."""
    store = NumberIndex(tables.table("numbers"), "g1")
    for _ in range(2):
        await store.load([record(MATTI, HOME)])
        await store.load([record(MAIJA, HOME, MOBILE)])
    assert await store.find(HOME) == ((MATTI, MAIJA), False)


async def test_a_switchboard_of_a_hundred_people_identifies_nobody(tables: Tables) -> None:
    """More customers than a row keeps are still known to be several, also after some have left."""
    store = NumberIndex(tables.table("numbers"), "g1")
    people = [Customer(CustomerKind.CONTACT, uuid4(), f"Person {n}") for n in range(MAX_CUSTOMERS + 1)]
    await store.load([record(person, HOME) for person in people])
    customers, more = await store.find(HOME)
    assert (len(customers), more) == (MAX_CUSTOMERS, True)
    await store.apply(record(customers[0]))
    assert (await store.find(HOME))[1]


async def test_a_forgotten_generation_leaves_the_other_alone(tables: Tables) -> None:
    """Deleting an old generation takes all of its rows and none of the one in use."""
    old, new = NumberIndex(tables.table("numbers"), "g1"), NumberIndex(tables.table("numbers"), "g2")
    await old.load([record(MATTI, HOME)])
    await new.load([record(MATTI, HOME)])
    async for _ in old.forget():
        pass
    assert await old.find(HOME) == ((), False)
    assert await new.find(HOME) == ((MATTI,), False)
