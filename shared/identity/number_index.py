"""The ``numbers`` table: which customers a number belongs to, one row per line, and its reverse.

Partitions begin with a generation, so that a rebuild fills a new index beside the one in use:

    {generation}-{last digit}       {digits}       records: JSON list of customers, more: bool
    {generation}-rec-{first of id}  {kind}-{id}    numbers: JSON list, name, pending: bool

Ten partitions of numbers and sixteen of records: few enough that a page of a first load fills the batches of 100, many
enough to write side by side.

A look-up is one point read (K3). A record is changed in three steps that may be cut anywhere: its reverse row first
names old and new numbers and is pending, then each number's row follows, then the reverse row names the new ones only.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from shared.errors import Conflict, Unavailable
from shared.identity.model import Customer, CustomerKind, IndexedRecord
from shared.storage.tables import Delete, Insert, Put, Row, Table, Values

MAX_CUSTOMERS = 100
"""Customers kept per number: beyond it the row only says that there are more, which identifies nobody either way."""

BATCH = 100


@dataclass(eq=False, repr=False)
class NumberIndex:
    """Reads and writes one generation of the index."""

    table: Table
    generation: str

    async def find(self, line: str) -> tuple[tuple[Customer, ...], bool]:
        """The customers of a line, and whether there are more than are kept. One point read."""
        row = await self.table.get(*self._number_key(line))
        return (_customers(row.values), bool(row.values.get("more"))) if row else ((), False)

    async def load(self, records: Sequence[IndexedRecord]) -> None:
        """Adds a page of records to a generation that is being built: batches first, clashes row by row."""
        owners: dict[str, list[Customer]] = defaultdict(list)
        reverse: dict[str, list[Row]] = defaultdict(list)
        for record in records:
            if not record.numbers:
                continue
            row = self._reverse_row(record, record.numbers, pending=False)
            reverse[row.pk].append(row)
            for number in record.numbers:
                owners[number].append(record.customer)
        for rows in reverse.values():
            for chunk in batched(rows, BATCH, strict=False):
                await self.table.transact([Put(row) for row in chunk])
        await self._load_numbers(owners)

    async def apply(self, record: IndexedRecord, *, again: bool = False) -> None:
        """Makes the index say what the record says now, whatever it said before.

        ``again``: even where it seems to say so already, because a page was perhaps loaded in part.
        """
        kept = await self.table.get(*self._reverse_key(record.customer))
        before = frozenset(json.loads(kept.values["numbers"])) if kept else frozenset()
        if not again and before == record.numbers and (kept is None or _settled(kept, record)):
            return
        await self.table.put(self._reverse_row(record, before | record.numbers, pending=True))
        for number in before - record.numbers:
            await self._change(number, record.customer, belongs=False)
        for number in record.numbers:
            await self._change(number, record.customer, belongs=True)
        if record.numbers:
            await self.table.put(self._reverse_row(record, record.numbers, pending=False))
        else:
            await self.table.delete(*self._reverse_key(record.customer))

    async def forget(self) -> AsyncIterator[None]:
        """Deletes a generation nobody reads any more, partition by partition, so that the caller can stop between."""
        endings = [*(f"{number}" for number in range(10)), *(f"rec-{number:x}" for number in range(16))]
        for ending in endings:
            rows = [row async for row in self.table.query(f"{self.generation}-{ending}")]
            for chunk in batched(rows, BATCH, strict=False):
                await self.table.transact([Delete(row.pk, row.rk) for row in chunk])
            yield

    async def _load_numbers(self, owners: dict[str, list[Customer]]) -> None:
        partitions: dict[str, list[Row]] = defaultdict(list)
        for number, customers in owners.items():
            row = Row(*self._number_key(number), _number_values(customers, more=False))
            partitions[row.pk].append(row)
        for rows in partitions.values():
            for chunk in batched(rows, BATCH, strict=False):
                try:
                    await self.table.transact([Insert(row) for row in chunk])
                except Conflict:
                    for row in chunk:
                        for customer in owners[f"+{row.rk}"]:
                            await self._change(f"+{row.rk}", customer, belongs=True)

    async def _change(self, number: str, customer: Customer, *, belongs: bool) -> None:
        """Adds or removes one customer of one number by compare-and-set. Raises Unavailable ``index-contended``."""

        def changed(values: Values | None) -> Values | None:
            present = _customers(values) if values else ()
            others = [other for other in present if (other.kind, other.id) != (customer.kind, customer.id)]
            wanted = [*others, customer] if belongs else others
            if values is None and not wanted:
                return None
            return _number_values(wanted, more=bool(values and values.get("more")))

        contended = Unavailable("index-contended", "a number of the index is being changed by too many at once")
        await self.table.update(*self._number_key(number), changed, contended=contended)

    def _number_key(self, line: str) -> tuple[str, str]:
        digits = line.removeprefix("+")
        return f"{self.generation}-{digits[-1:]}", digits

    def _reverse_key(self, customer: Customer) -> tuple[str, str]:
        return f"{self.generation}-rec-{str(customer.id)[:1]}", f"{customer.kind}-{customer.id}"

    def _reverse_row(self, record: IndexedRecord, numbers: frozenset[str], *, pending: bool) -> Row:
        values = {"numbers": json.dumps(sorted(numbers)), "name": record.customer.name, "pending": pending}
        return Row(*self._reverse_key(record.customer), values)


def _settled(kept: Row, record: IndexedRecord) -> bool:
    """Whether the last change of this record went through to the end and left the name it has now."""
    return not kept.values["pending"] and kept.values["name"] == record.customer.name


def _number_values(customers: Iterable[Customer], *, more: bool) -> Values:
    listed = sorted(set(customers))
    records = [{"kind": one.kind, "id": str(one.id), "name": one.name} for one in listed[:MAX_CUSTOMERS]]
    return {"records": json.dumps(records, ensure_ascii=False), "more": more or len(listed) > MAX_CUSTOMERS}


def _customers(values: Values) -> tuple[Customer, ...]:
    records = json.loads(values["records"])
    return tuple(Customer(CustomerKind(one["kind"]), UUID(one["id"]), one["name"]) for one in records)
