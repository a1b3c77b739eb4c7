from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.storage.limits import (
    MAX_BINARY_BYTES,
    MAX_ENTITY_BYTES,
    MAX_PROPERTIES,
    MAX_TEXT_CHARACTERS,
    check_keys,
    check_row,
    check_table_name,
    check_transaction,
)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"text": "x" * MAX_TEXT_CHARACTERS}, None),
        ({"text": "x" * (MAX_TEXT_CHARACTERS + 1)}, "row-too-large"),
        ({"text": "😀" * (MAX_TEXT_CHARACTERS // 2 + 1)}, "row-too-large"),
        ({"bytes": b"x" * MAX_BINARY_BYTES}, None),
        ({"bytes": b"x" * (MAX_BINARY_BYTES + 1)}, "row-too-large"),
        ({f"n{n}": 1 for n in range(MAX_PROPERTIES)}, None),
        ({f"n{n}": 1 for n in range(MAX_PROPERTIES + 1)}, "row-too-large"),
        ({"n": 2**63 - 1, "m": -(2**63)}, None),
        ({"n": 2**63}, "row-property"),
        ({"n": -(2**63) - 1}, "row-property"),
        ({"moment": datetime(1601, 1, 1, tzinfo=UTC)}, None),
        ({"moment": datetime(1600, 12, 31, tzinfo=UTC)}, "row-property"),
        ({"moment": datetime(2026, 11, 22)}, "row-property"),  # noqa: DTZ001 (what is refused)
        ({"nothing": None}, "row-property"),
        ({"listed": [1]}, "row-property"),
        ({"a-b": 1}, "row-property"),
        ({"1st": 1}, "row-property"),
        ({"": 1}, "row-property"),
        ({"RowKey": "other"}, "row-property"),
        ({"PartitionKey": "other"}, "row-property"),
        ({"Timestamp": "now"}, "row-property"),
    ],
)
def test_a_row_is_taken_up_to_each_limit_and_not_beyond(values: dict[str, object], code: str | None) -> None:
    """Each limit of the service lets its last value through and refuses the next one by its code."""
    if code is None:
        assert check_row("p", "r", values) > 0
        return
    with pytest.raises(InvalidInput) as refused:
        check_row("p", "r", values)
    assert refused.value.code == code


@pytest.mark.parametrize("key", ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\x7fb", "a\x85b", "x" * 513, "😀" * 257])
def test_a_key_that_azure_would_refuse_is_refused(key: str) -> None:
    """Keys hold neither separators of addresses nor control characters, and at most 1 KiB."""
    with pytest.raises(InvalidInput, match="row-key"):
        check_keys("p", key)


@pytest.mark.parametrize("key", ["", "+358401234567", "a b", "100%", "漢字", "x" * 512])
def test_every_other_key_is_taken(key: str) -> None:
    """Keys may be empty, and any other character goes."""
    check_keys(key)


def test_the_size_of_a_row_is_counted_as_azure_counts_it() -> None:
    """4 bytes, two per character of the keys, and 8 plus two per character of the name plus its value per property."""
    assert check_row("pp", "r", {"ab": 1, "c": "xyz"}) == 4 + 2 * 3 + (8 + 4 + 8) + (8 + 2 + 4 + 6)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text() | st.binary() | st.floats()))
def test_a_row_that_is_taken_is_within_the_limit(values: dict[str, object]) -> None:
    """No row that passes is larger than a megabyte, whatever its texts are made of."""
    assert check_row("p", "r", values) <= MAX_ENTITY_BYTES


def test_a_transaction_has_one_partition_a_hundred_operations_and_four_megabytes() -> None:
    """Deletions count as operations though they have no size."""
    check_transaction([1] * 100, {"p"}, 100)
    check_transaction([MAX_ENTITY_BYTES] * 4, {"p"}, 4)
    for sizes, partitions, operations, code in [
        ([1, 1], {"p", "q"}, 2, "transaction-partitions"),
        ([1], {"p"}, 101, "transaction-too-large"),
        ([MAX_ENTITY_BYTES] * 4 + [1], {"p"}, 5, "transaction-too-large"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            check_transaction(sizes, partitions, operations)
        assert refused.value.code == code


@pytest.mark.parametrize("name", ["ab", "1st", "call-backs", "call_backs", "x" * 64, "ä" * 4, ""])
def test_a_table_name_has_letters_and_digits_only(name: str) -> None:
    """Three to 63 letters and digits, a letter first."""
    with pytest.raises(InvalidInput, match="table-name"):
        check_table_name(name)
