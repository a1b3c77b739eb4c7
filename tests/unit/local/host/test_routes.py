import pytest

from local.host.routes import RouteError, RouteTemplate

GUID = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("api/calls", "/API/Calls/", {}),
        ("api/calls", "/api/call", None),
        ("api/calls/{id}", "/api/calls/7", {"id": "7"}),
        ("api/calls/{id}", "/api/calls", None),
        ("api/calls/{id}", "/api/calls/7/8", None),
        ("api/calls/{id:guid}", f"/api/calls/{GUID}", {"id": GUID}),
        ("api/calls/{id:guid}", "/api/calls/7", None),
        ("api/calls/{id?}", "/api/calls", {}),
        ("api/calls/{id=all}", "/api/calls", {"id": "all"}),
        ("api/calls/{id=all}", "/api/calls/7", {"id": "7"}),
        ("api/{*path}", "/api/a/b.js", {"path": "a/b.js"}),
        ("api/{**path}", "/api", {}),
        ("{file}.{suffix}", "/app.js", {"file": "app", "suffix": "js"}),
        ("a.b/{x}", "/aXb/1", None),
    ],
)
def test_a_template_fits_a_path(template: str, path: str, expected: dict[str, str] | None) -> None:
    """Case and a last slash do not matter; missing optional parameters are left out."""
    assert RouteTemplate(template).match(path) == expected


@pytest.mark.parametrize(
    ("constraint", "fitting", "other"),
    [
        ("int", "-12", "2147483648"),
        ("long", "2147483648", "9223372036854775808"),
        ("bool", "True", "yes"),
        ("alpha", "abC", "ab1"),
        ("decimal", "1.5", "1e5"),
        ("double", "1.5e-3", "x"),
        ("datetime", "2026-11-23T08:00:00Z", "today"),
        ("length(3)", "abc", "ab"),
        ("length(2,3)", "ab", "abcd"),
        ("minlength(2)", "ab", "a"),
        ("maxlength(2)", "ab", "abc"),
        ("min(5)", "5", "4"),
        ("max(5)", "5", "6"),
        ("range(1,3)", "3", "4"),
        ("regex(^a.c$)", "abc", "abd"),
        ("int:min(5)", "6", "4"),
    ],
)
def test_a_constraint_lets_only_what_fits_through(constraint: str, fitting: str, other: str) -> None:
    """Each constraint of ASP.NET's templates; several hold together."""
    route = RouteTemplate(f"x/{{value:{constraint}}}")
    assert route.match(f"/x/{fitting}") == {"value": fitting}
    assert route.match(f"/x/{other}") is None


@pytest.mark.parametrize("template", ["x/{id:integer}", "x/{id", "x/id}", "x/{}"])
def test_what_is_no_template_is_refused(template: str) -> None:
    """Unknown constraints and braces that do not match are reported at start, not met by requests."""
    with pytest.raises(RouteError):
        RouteTemplate(template)
