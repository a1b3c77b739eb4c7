"""What `make mutation` changes, and which tests it runs for that."""

import ast

import pytest

from scripts.mutation import Trial, files_of, mutants, parents


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", {"a <= b"}),
        ("a is not b", {"a is b"}),
        ("a <= b < c", {"a < b < c", "a <= b <= c"}),
        ("a and b", {"a or b", "a", "b"}),
        ("a or b or c", {"a and b and c", "b or c", "a or c", "a or b"}),
        ("not a", {"a"}),
        ("a - b", {"a + b"}),
        ("b if a else c", {"b", "c"}),
        ("max(a, b)", {"min(a, b)"}),
        ("f(a=3)", {"f(a=4)"}),
        ("[a for a in b if c]", {"[a for a in b if True]", "[a for a in b if False]"}),
        ("f('text', a)", set()),
    ],
)
def test_an_expression_is_broken_one_clause_at_a_time(before: str, after: set[str]) -> None:
    """Each mutant is the source with one change, and compiles."""
    source = f"# ä\nx = {before}\n".encode()
    changed = {ast.unparse(ast.parse(mutant.applied(source))) for mutant in mutants(source)}
    assert changed == {f"x = {one}" for one in after}


def test_a_branch_is_cut_off_and_types_and_decorators_are_left() -> None:
    """What only describes the code cannot be seen by a test."""
    source = b"@f(True)\ndef g(a: Literal[3]) -> Literal[4]:\n    if a:\n        return b\n"
    assert [mutant.shown(source) for mutant in mutants(source)] == ["3: a  \u2192  True", "3: a  \u2192  False"]


def test_a_mutant_is_run_by_the_tests_of_its_lines_the_quickest_first() -> None:
    """By all tests where its line runs when the module is imported."""
    (within, constant) = mutants(b"def f():\n    return a < b\nLIMIT = 3\n")
    trial = Trial({2: {"slow", "quick"}, 3: {""}}, {"slow": 2.0, "quick": 0.1, "other": 1.0})
    assert (trial.of(within), trial.of(constant)) == (["quick", "slow"], ["quick", "other", "slow"])


def test_a_module_has_the_tests_of_its_folder_and_those_that_import_it() -> None:
    """A package is imported with all that is in it."""
    found = files_of("shared/calls/facts.py")
    assert {"tests/unit/shared/calls/test_messages.py", "tests/unit/shared/calls/test_rules.py"} <= set(found)
    assert "tests/unit/shared/numbers/test_cases.py" not in found
    assert list(parents("shared.calls.facts")) == ["shared", "shared.calls", "shared.calls.facts"]
