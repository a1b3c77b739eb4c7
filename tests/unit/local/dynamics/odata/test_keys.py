"""Keys of addresses."""

from dataclasses import replace

import pytest

from local.dynamics.data.tables import TABLES
from local.dynamics.errors import DataverseError
from local.dynamics.odata.keys import parse_key

TABLE = replace(TABLES["contact"], keys={"person": ["firstname", "statecode", "parentcustomerid"]})
GUID = "d0000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize("text", [GUID, GUID.upper(), f"contactid={GUID}"])
def test_a_guid_is_the_primary_key(text: str) -> None:
    """A GUID is read with or without the key's name, in any case."""
    assert parse_key(TABLE, text).id == GUID


def test_an_alternate_key_has_all_its_columns() -> None:
    """Texts, numbers and lookups, in any order; a quote is doubled."""
    key = parse_key(TABLE, f"statecode=0,firstname='O''Hara',_parentcustomerid_value={GUID}")
    assert key.values == {"statecode": 0, "firstname": "O'Hara", "parentcustomerid": GUID}


@pytest.mark.parametrize("text", ["", "1", "firstname='x'", "firstname='x',statecode='0'", "nothing=1", "firstname"])
def test_anything_else_is_refused(text: str) -> None:
    """Parts of a key, other columns and other types are refused."""
    with pytest.raises(DataverseError) as refused:
        parse_key(TABLE, text)
    assert refused.value.status == 400
