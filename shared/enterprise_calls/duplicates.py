"""Activities of a call that somebody has written by hand: the call gets no second one (H4, H5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.calls.merge import Wanted
from shared.calls.model import CallFacts
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.model import moment
from shared.numbers import line_of, lines_in


@dataclass(eq=False, repr=False)
class Duplicates:
    dataverse: Dataverse
    absent: AbsentColumns

    async def exist(self, facts: CallFacts, wanted: Wanted, margin: timedelta, region: str | None) -> bool:
        """Whether the owner has an activity of the same number that began about then and is none of ours (H4, H5).

        Where the environment has no column for the call's id, ours cannot be distinguished from others: then no.
        """
        if not margin or wanted.owner is None:
            return False
        begin, end = moment(facts.started_at - margin), moment(facts.started_at + margin)
        query = {
            "$select": "phonenumber",
            "$filter": f"_ownerid_value eq {wanted.owner} and actualstart ge {begin} and actualstart le {end}"
            f" and {names.CALL_ID} eq null",
        }

        async def beside(absent: Collection[str]) -> Sequence[Mapping[str, Any]]:
            return [] if names.CALL_ID in absent else await self.dataverse.every(names.PHONECALLS, query)

        line = line_of(wanted.values["phonenumber"] or "")
        rows = await self.absent.doing_without(beside)
        return any(line in lines_in(str(row.get("phonenumber") or ""), region) for row in rows)
