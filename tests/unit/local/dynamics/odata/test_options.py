"""Query options taken apart."""

import pytest

from local.dynamics.errors import DataverseError
from local.dynamics.odata.messages import ApiRequest
from local.dynamics.odata.options import Expansion, expansions, page_size


def test_expansions_keep_what_is_nested() -> None:
    """Commas and semicolons within parentheses or quotes belong to the inner expression."""
    text = "a($select=x,y;$expand=b($select=z;$top=1)),c,d($filter=n eq 'a;b,)')"
    assert list(expansions(text)) == [
        Expansion("a", {"$select": "x,y", "$expand": "b($select=z;$top=1)"}),
        Expansion("c", {}),
        Expansion("d", {"$filter": "n eq 'a;b,)'"}),
    ]
    with pytest.raises(DataverseError):
        list(expansions("a($select=x"))


@pytest.mark.parametrize(
    ("given", "size"), [("", 5000), ("odata.maxpagesize=10", 10), ("odata.maxpagesize=9999", 5000)]
)
def test_pages_have_at_most_5000_rows(given: str, size: int) -> None:
    """The service's own maximum holds whatever is preferred."""
    assert page_size(ApiRequest("GET", "", {}, {"prefer": given})) == size
