"""Which messages the filters of a subscription take."""

import pytest

from local.servicebus.core.filters import CorrelationFilter, Properties, SqlFilter

MESSAGE = Properties(
    {"label": "order", "correlationid": "c-1", "messageid": None},
    {"country": "FI", "amount": 100, "Name With Space": "x", "flag": True},
)


@pytest.mark.parametrize(
    ("rule", "taken"),
    [
        (CorrelationFilter({"label": "order"}), True),
        (CorrelationFilter({"label": "Order"}), False),
        (CorrelationFilter({"label": "order"}, {"country": "FI", "amount": 100}), True),
        (CorrelationFilter({}, {"country": "SE"}), False),
        (CorrelationFilter({}, {"COUNTRY": "FI"}), True),
        (CorrelationFilter({}, {"missing": "x"}), False),
    ],
)
def test_correlation_filters(rule: CorrelationFilter, taken: bool) -> None:
    """Everything given must be equal; property names are compared without case, values with it."""
    assert rule.matches(MESSAGE) is taken


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("1=1", True),
        ("sys.Label = 'order'", True),
        ("sys.label = 'order' AND amount >= 100", True),
        ("amount > 100 OR country IN ('FI', 'SE')", True),
        ("user.country = 'FI' AND NOT amount = 5", True),
        ("country LIKE 'F%'", True),
        ("country LIKE 'f%'", False),
        ("missing = 1", False),
        ("NOT missing = 1", False),
        ("missing IS NULL", True),
        ("EXISTS(amount) AND NOT EXISTS ( missing )", True),
        ("[Name With Space] = 'x'", True),
        ("\"country\" <> 'SE'", True),
        ("flag = TRUE", True),
        ("country = 'it''s'", False),
        ("amount * 2 + 1.5 = 201.5", True),
    ],
)
def test_sql_filters(expression: str, taken: bool) -> None:
    """SQL logic with NULL for what is missing: neither the comparison nor its negation matches."""
    assert SqlFilter(expression).matches(MESSAGE) is taken


@pytest.mark.parametrize("expression", ["amount >", "amount = = 1", "(", "nonsense here"])
def test_a_broken_expression_is_refused(expression: str) -> None:
    """When it is read, not when the first message comes."""
    with pytest.raises(ValueError, match="SQL filter"):
        SqlFilter(expression).check()
