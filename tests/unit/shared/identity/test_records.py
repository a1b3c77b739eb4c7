"""What the index keeps of a row of Dataverse."""

from hashlib import sha256
from uuid import UUID

from shared.identity.model import CustomerKind
from shared.identity.records import READING, to_record
from shared.numbers import lines_in
from tests.fixtures.cases import rows


def test_a_row_is_found_by_every_number_that_its_columns_spell() -> None:
    """By both of a field with two, by one key for each line, and by none of a field that can be read in two ways."""
    row = {
        "contactid": str(UUID(int=1)),
        "fullname": "Matti Meikäläinen",
        "statecode": 0,
        "telephone1": "040 1234567 / 050 7654321",
        "telephone2": "0409990177.0",
        "mobilephone": "+54 9 11 6677 3399",
    }
    found = to_record(CustomerKind.CONTACT, row, "FI")
    assert found.numbers == {"+358401234567", "+358507654321", "+541166773399"}
    assert to_record(CustomerKind.CONTACT, {**row, "statecode": 1}, "FI").numbers == frozenset()


def test_another_way_of_reading_numbers_has_another_version() -> None:
    """When this fails, numbers are read differently: raise READING, so that every index is built again, and note it."""
    texts = [*rows("phone-numbers.tsv", beside=False), *((row[0], "FI") for row in rows("same-line.tsv", beside=False))]
    read = repr([sorted(lines_in(row[0], row[1])) for row in texts])
    assert (READING, sha256(read.encode()).hexdigest()[:12]) == (5, "4b22f6637813")
