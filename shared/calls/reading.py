"""Pure: a phonecall as the Web API gives it, in the canonical form of ``composing``."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.calls.composing import LOOKUPS, OWNER, PARTIES, REGARDING
from shared.dataverse import names

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
    """Lookups as bare GUIDs: which table they are of is not told without annotations."""
    columns = {name: row.get(name) for name in (*STANDARD, *names.CALL_COLUMNS) if name not in LOOKUPS}
    lookups = {name: row.get(f"_{name}_value") for name in LOOKUPS}
    parties = sorted(_party(party) for party in row.get(PARTIES, ()) if party["participationtypemask"] in OWN_PARTIES)
    return {**columns, **lookups, PARTIES: parties}


def comparable(name: str, value: Any) -> Any:
    """A value of ours as ``canonical`` shows it."""
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
