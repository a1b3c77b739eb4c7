"""Who a number belongs to."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class CustomerKind(StrEnum):
    """The Dataverse tables a caller is looked for in (D11), by logical name."""

    CONTACT = "contact"
    ACCOUNT = "account"
    LEAD = "lead"


@dataclass(frozen=True, order=True)
class Customer:
    """A Dataverse row a number can belong to; ``name`` is what a person sees."""

    kind: CustomerKind
    id: UUID
    name: str


@dataclass(frozen=True)
class Identification:
    """The customers of one number. ``e164`` is None when the text was no number; ``more``: there are others still."""

    e164: str | None
    customers: tuple[Customer, ...] = ()
    more: bool = False

    @property
    def only(self) -> Customer | None:
        """The customer, if it is exactly one (F4, D1): none and several are treated alike."""
        return self.customers[0] if len(self.customers) == 1 and not self.more else None


@dataclass(frozen=True)
class IndexedRecord:
    """What the index keeps of one Dataverse row: its customer and the lines it can be reached at (``line_of``).

    A deleted or inactive row has no numbers.
    """

    customer: Customer
    numbers: frozenset[str]
