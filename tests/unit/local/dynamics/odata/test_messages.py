"""Requests as they arrive."""

import pytest

from local.dynamics.errors import DataverseError
from local.dynamics.odata.messages import ApiRequest


@pytest.mark.parametrize(
    "url",
    [
        "contacts?$filter=a eq '%2B1 2'",
        "/api/data/v9.2/contacts?$filter=a%20eq%20'%2B1+2'",
        "https://org.example/api/data/v9.2/contacts?$filter=a+eq+'%2B1%202'",
    ],
)
def test_addresses_may_be_relative_rooted_or_absolute(url: str) -> None:
    """An encoded plus is a plus, a bare one is a space."""
    request = ApiRequest.of("get", url, {}, b"")
    assert (request.method, request.path, request.query) == ("GET", "contacts", {"$filter": "a eq '+1 2'"})


def test_other_addresses_are_not_found() -> None:
    """Another version of the API, or no API at all."""
    for url in ("/api/data/v9.20/contacts", "/api/data/v8.2/contacts", "/contacts"):
        with pytest.raises(DataverseError) as refused:
            ApiRequest.of("GET", url, {}, b"")
        assert refused.value.status == 404


def test_preferences_are_read_from_one_header() -> None:
    """With and without quotes and values, in any order."""
    prefer = 'return=representation, odata.include-annotations="a,b",odata.maxpagesize=5, odata.track-changes'
    request = ApiRequest("GET", "", {}, {"prefer": prefer})
    found = [
        request.prefers(name)
        for name in ("return", "odata.include-annotations", "odata.maxpagesize", "odata.track-changes", "other")
    ]
    assert found == ["representation", "a,b", "5", "true", None]
