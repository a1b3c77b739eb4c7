"""Pure: a phonecall as the Web API gives it, in the canonical form of ``activity_mapping``."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

from shared.calls.activity_mapping import LOOKUPS, OWNER, PARTIES, REGARDING
from shared.dataverse import names

DESCRIPTION = "description"
OWN_PARTIES = {names.PARTY_FROM, names.PARTY_TO}
STANDARD = (
    "subject",
    "directioncode",
    "phonenumber",
    "description",
    "actualstart",
    "actualend",
    "actualdurationminutes",
    REGARDING,
    OWNER,
)


def selection(absent: Collection[str]) -> str:
    """``$select`` of everything we write, without columns the environment lacks."""
    columns = [*STANDARD, *(name for name in names.CALL_COLUMNS if name not in absent)]
    return ",".join([names.STATECODE, *(f"_{name}_value" if name in LOOKUPS else name for name in columns)])


def expansion() -> str:
    return f"{PARTIES}($select=participationtypemask,_partyid_value,unresolvedpartyname,addressused)"


def canonical(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the environment has columns for. Lookups as bare GUIDs: which table they are of is not told without
    annotations."""
    every = (names.STATECODE, *STANDARD, *names.CALL_COLUMNS)
    columns = {name: row[name] for name in every if name not in LOOKUPS and name in row}
    columns[DESCRIPTION] = mark(DESCRIPTION, row.get(DESCRIPTION))
    lookups = {name: row[f"_{name}_value"] for name in LOOKUPS if f"_{name}_value" in row}
    parties = sorted(_party(party) for party in row.get(PARTIES, ()) if party["participationtypemask"] in OWN_PARTIES)
    return {**columns, **lookups, PARTIES: parties}


def mark(name: str, value: Any) -> Any:
    """What is kept of a value to know it again: of a long text, its length and digest."""
    if name != DESCRIPTION or not value:
        return value
    return f"{len(value)}:{sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def marks(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: mark(name, value) for name, value in values.items()}


def marked_end(text: str, of: str) -> int | None:
    """Where the text that was marked begins, if it stands at the end of another one."""
    length = int(of.partition(":")[0])
    start = len(text) - length
    return start if length and start >= 0 and mark(DESCRIPTION, text[start:]) == of else None


def comparable(name: str, value: Any) -> Any:
    """A value of ours, as it is marked, as ``canonical`` shows it."""
    if value is None:
        return None
    if name in LOOKUPS:
        return value.partition(":")[2]
    if name == PARTIES:
        return sorted([mask, who.partition(":")[2] or who] for mask, who in value)
    return value


def _party(party: Mapping[str, Any]) -> list[Any]:
    who = party.get("_partyid_value") or party.get("addressused") or party.get("unresolvedpartyname") or ""
    return [party["participationtypemask"], who]
