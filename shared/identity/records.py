"""Turns Dataverse rows into index records (D11): which columns hold numbers, which rows count."""

from collections.abc import Mapping
from uuid import UUID

from shared.identity.model import Customer, CustomerKind, IndexedRecord
from shared.numbers import lines_in

ENTITY_SETS = {CustomerKind.CONTACT: "contacts", CustomerKind.ACCOUNT: "accounts", CustomerKind.LEAD: "leads"}
KEYS = {CustomerKind.CONTACT: "contactid", CustomerKind.ACCOUNT: "accountid", CustomerKind.LEAD: "leadid"}
NAMES = {CustomerKind.CONTACT: "fullname", CustomerKind.ACCOUNT: "name", CustomerKind.LEAD: "fullname"}
PHONE_COLUMNS = {
    CustomerKind.CONTACT: (
        "telephone1",
        "telephone2",
        "telephone3",
        "mobilephone",
        "address1_telephone1",
        "address1_telephone2",
        "address2_telephone1",
        "address2_telephone2",
    ),
    CustomerKind.ACCOUNT: ("telephone1", "telephone2", "telephone3", "address1_telephone1", "address2_telephone1"),
    CustomerKind.LEAD: (
        "telephone1",
        "telephone2",
        "telephone3",
        "mobilephone",
        "address1_telephone1",
        "address2_telephone1",
    ),
}
"""The columns that are a customer's own voice numbers: faxes, pagers, assistants and managers are other people."""

ACTIVE = 0
READING = 5
"""In which way an index was made. It is raised with each change of what ``lines_in`` gives for a text, and of where the
rows lie: an index made in another way is then built again by itself (``IndexSync``)."""


def selected_columns(kind: CustomerKind) -> list[str]:
    """What to ``$select``: key, name, state and the phone columns."""
    return [KEYS[kind], NAMES[kind], "statecode", *PHONE_COLUMNS[kind]]


def to_record(kind: CustomerKind, row: Mapping[str, object], region: str | None) -> IndexedRecord:
    """The index record of a row as the Web API gives it; an inactive row is found by no number."""
    customer = Customer(kind, UUID(str(row[KEYS[kind]])), str(row.get(NAMES[kind]) or ""))
    if row.get("statecode", ACTIVE) != ACTIVE:
        return IndexedRecord(customer, frozenset())
    written = (str(row[column]) for column in PHONE_COLUMNS[kind] if row.get(column))
    return IndexedRecord(customer, frozenset().union(*(lines_in(text, region) for text in written)))


def deleted_record(kind: CustomerKind, deleted_id: str) -> IndexedRecord:
    """The index record of a row that is gone."""
    return IndexedRecord(Customer(kind, UUID(deleted_id), ""), frozenset())
