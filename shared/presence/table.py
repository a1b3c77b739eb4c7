"""Tables of one agent's status: which facts lead to what; ``in_call`` has the third. ``docs/presence.md`` draws them.

The rows of a table exclude each other and leave nothing out, so their order means nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

Cell = StrEnum | tuple[StrEnum, ...]
ANY: Cell = ()


@dataclass(frozen=True)
class DecisionTable[Result]:
    """``facts`` by heading; a cell of a row is a fact, several of which one holds, or ``ANY``.

    ``leads_to``: the headings of what follows.
    """

    facts: Mapping[str, type[StrEnum]]
    leads_to: tuple[str, ...]
    rows: tuple[tuple[tuple[Cell, ...], Result], ...]

    def of(self, *facts: StrEnum) -> Result:
        """Raises ValueError where not exactly one row holds."""
        [result] = (result for cells, result in self.rows if all(map(_holds, cells, facts)))
        return result


def _holds(cell: Cell, fact: StrEnum) -> bool:
    return cell in (ANY, fact) or (isinstance(cell, tuple) and fact in cell)


class Shows(StrEnum):
    """What is read of a side."""

    KNOWN = "what we know of"
    OURS = "the pending write, which was tried"
    GIVEN_UP = "a write that was given up"
    DND = "something new, do not disturb"
    OTHER = "something new, another status"


class Pending(StrEnum):
    """The write of a side that an earlier decision has left."""

    NONE = "none"
    UNTRIED = "never tried"
    CALL = "do not disturb for a call, never tried"
    TRIED = "tried"


class News(StrEnum):
    """Whose change it is that a side shows."""

    NONE = "nobody's, nothing is new"
    OURS = "ours"
    LATE = "ours, come late"
    SOMEBODYS = "somebody's"


class Then(StrEnum):
    """What becomes of the pending write."""

    STAYS = "stays"
    ENDS = "ends"
    GIVEN_UP = "is given up"


class Reading(NamedTuple):
    news: News
    then: Then


READING = DecisionTable(
    {"the side shows": Shows, "a write is pending": Pending},
    ("whose change it is", "the pending write"),
    (
        ((Shows.KNOWN, ANY), Reading(News.NONE, Then.STAYS)),
        ((Shows.OURS, ANY), Reading(News.OURS, Then.ENDS)),
        ((Shows.GIVEN_UP, ANY), Reading(News.LATE, Then.STAYS)),
        (((Shows.DND, Shows.OTHER), Pending.TRIED), Reading(News.SOMEBODYS, Then.GIVEN_UP)),
        ((Shows.OTHER, Pending.CALL), Reading(News.SOMEBODYS, Then.STAYS)),
        ((Shows.DND, Pending.CALL), Reading(News.SOMEBODYS, Then.ENDS)),
        (((Shows.DND, Shows.OTHER), (Pending.NONE, Pending.UNTRIED)), Reading(News.SOMEBODYS, Then.ENDS)),
    ),
)


class Phone(StrEnum):
    """What somebody has done at the voice cloud."""

    UNCHANGED = "unchanged"
    BEFORE = "changed before the last change"
    LAST = "changed last"


class OmnichannelFact(StrEnum):
    """What somebody has done in Omnichannel."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"


class OpeningFact(StrEnum):
    """Whose status counts when a phone is opened and the agent, free of calls and writes, shows two."""

    NO = "no"
    PHONE = "yes, the phone's counts"
    OMNICHANNEL = "yes, Omnichannel's counts"


class Word(StrEnum):
    """Which side the other is to follow."""

    NOBODY = "nobody"
    PHONE = "the phone"
    OMNICHANNEL = "Omnichannel"


LAST_WORD = DecisionTable(
    {"the phone": Phone, "Omnichannel": OmnichannelFact, "both are to become one": OpeningFact},
    ("who has the last word",),
    (
        ((Phone.LAST, ANY, ANY), Word.PHONE),
        ((Phone.BEFORE, ANY, ANY), Word.OMNICHANNEL),
        ((Phone.UNCHANGED, OmnichannelFact.CHANGED, ANY), Word.OMNICHANNEL),
        ((Phone.UNCHANGED, OmnichannelFact.UNCHANGED, OpeningFact.NO), Word.NOBODY),
        ((Phone.UNCHANGED, OmnichannelFact.UNCHANGED, OpeningFact.PHONE), Word.PHONE),
        ((Phone.UNCHANGED, OmnichannelFact.UNCHANGED, OpeningFact.OMNICHANNEL), Word.OMNICHANNEL),
    ),
)
