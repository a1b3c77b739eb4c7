"""Which agent gets the call."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecloud.routing.model import Pool, Selection
from voicecloud.routing.rules.selection import Candidate, Question, choose, levels_admitted, rounds_over

NAMES = [f"user-{number}" for number in range(8)]


def question(selection: Selection, *candidates: Candidate, **changes: object) -> Question:
    skills = frozenset(each.skill for each in candidates)
    pool = Pool("p", "P", selection=selection, max_rounds=2, widen_after_s=20.0)
    asked = Question(pool, candidates, skills, [each.user_id for each in candidates], None, 0.0)
    return replace(asked, **changes)  # type: ignore[arg-type]  # fields by name, as the tests need them


def test_the_longest_free_of_equal_skill_is_chosen() -> None:
    """Free time decides between equals."""
    asked = question(Selection.FREE_LONGEST, Candidate("a", 1, 10), Candidate("b", 1, 30), Candidate("c", 1, 20))
    assert choose(asked) == ("b",)


def test_a_higher_skill_gets_more_calls() -> None:
    """Skill weighs free time: level 3 after 20 s goes before level 1 after 30 s, and not before it after 90 s."""
    asked = question(Selection.FREE_LONGEST, Candidate("a", 1, 30), Candidate("b", 3, 20))
    assert choose(asked) == ("b",)
    assert choose(question(Selection.FREE_LONGEST, Candidate("a", 1, 90), Candidate("b", 3, 20))) == ("a",)


def test_round_robin_goes_on_after_the_one_who_was_last() -> None:
    """The next in order, and after the last the first again."""
    three = [Candidate(name, 1, 5) for name in "abc"]
    assert choose(question(Selection.ROUND_ROBIN, *three)) == ("a",)
    assert choose(question(Selection.ROUND_ROBIN, *three, last_offered="a")) == ("b",)
    assert choose(question(Selection.ROUND_ROBIN, *three, last_offered="c")) == ("a",)


def test_round_robin_passes_over_who_is_not_free() -> None:
    """Order is that of the whole pool, busy members included."""
    asked = question(Selection.ROUND_ROBIN, Candidate("a", 1, 5), Candidate("c", 1, 5), order=list("abc"))
    assert choose(replace(asked, last_offered="a")) == ("c",)


def test_limited_round_robin_rings_nobody_more_often_than_its_maximum() -> None:
    """Who has had this call twice does not get it a third time."""
    asked = question(Selection.ROUND_ROBIN_LIMITED, Candidate("a", 1, 5, offers=2), Candidate("b", 1, 5, offers=1))
    assert choose(asked) == ("b",)
    assert choose(question(Selection.ROUND_ROBIN_LIMITED, Candidate("a", 1, 5, offers=2))) == ()


def test_rounds_are_over_when_every_serving_member_had_theirs() -> None:
    """Then the call overflows; not without anybody serving, and never in other kinds of selection."""
    pool = Pool("p", "P", selection=Selection.ROUND_ROBIN_LIMITED, max_rounds=1)
    assert rounds_over(pool, ["a", "b"], {"a": 1, "b": 1})
    assert not rounds_over(pool, ["a", "b"], {"a": 1})
    assert not rounds_over(pool, [], {"a": 1})
    assert not rounds_over(replace(pool, selection=Selection.ROUND_ROBIN), ["a"], {"a": 9})


@pytest.mark.parametrize(("wait_s", "chosen"), [(0, ()), (19.9, ()), (20, ("b",)), (40, ("b",))])
def test_less_skilled_agents_are_used_gradually(wait_s: float, chosen: tuple[str, ...]) -> None:
    """With the experts busy, level 2 is used after 20 s; a better one goes before a longer free one."""
    free = (Candidate("a", 1, 500), Candidate("b", 2, 5))
    asked = question(Selection.LESS_SKILLED_GRADUALLY, *free, skills=frozenset({1, 2, 3}), wait_s=wait_s)
    assert choose(asked) == chosen


def test_ring_all_rings_everybody_free() -> None:
    """The pool works as a pick-up group."""
    assert choose(question(Selection.RING_ALL, Candidate("a", 1, 5), Candidate("b", 1, 5))) == ("a", "b")


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.sampled_from(NAMES),
        st.integers(1, 5),
        st.floats(0, 10_000, allow_nan=False),
        st.integers(0, 4),
    ),
    unique_by=lambda each: each.user_id,
    max_size=len(NAMES),
)


@given(CANDIDATES, st.sampled_from(list(Selection)), st.none() | st.sampled_from([*NAMES, "gone"]), st.floats(0, 300))
def test_only_candidates_are_chosen_and_several_only_by_ring_all(
    candidates: list[Candidate], selection: Selection, last: str | None, wait_s: float
) -> None:
    """Every rule picks among those it was given, deterministically, one at a time unless all ring."""
    asked = question(selection, *candidates, order=NAMES, last_offered=last, wait_s=wait_s)
    chosen = choose(asked)
    assert set(chosen) <= {each.user_id for each in candidates}
    assert len(chosen) <= 1 or selection is Selection.RING_ALL
    assert choose(asked) == chosen


@given(CANDIDATES.filter(bool), st.sampled_from([Selection.FREE_LONGEST, Selection.ROUND_ROBIN, Selection.RING_ALL]))
def test_nobody_waits_while_somebody_is_free(candidates: list[Candidate], selection: Selection) -> None:
    """Rules without conditions always find one."""
    assert choose(question(selection, *candidates, order=NAMES))


@given(st.permutations(NAMES), st.integers(1, 6))
def test_round_robin_is_fair(order: list[str], rounds: int) -> None:
    """With everybody free, each gets the same number of calls."""
    last, counts = None, Counter[str]()
    for _ in range(rounds * len(order)):
        free = [Candidate(name, 1, 1.0) for name in order]
        (last,) = choose(question(Selection.ROUND_ROBIN, *free, last_offered=last))
        counts[last] += 1
    assert set(counts.values()) == {rounds}


@given(CANDIDATES.filter(bool), st.floats(0, 300))
def test_a_less_skilled_agent_is_never_taken_before_a_free_better_one(
    candidates: list[Candidate], wait_s: float
) -> None:
    """Gradual selection prefers skill whatever the wait."""
    chosen = choose(question(Selection.LESS_SKILLED_GRADUALLY, *candidates, order=NAMES, wait_s=wait_s))
    best = max(each.skill for each in candidates)
    assert [each.skill for each in candidates if each.user_id in chosen] == [best]


@pytest.mark.parametrize(
    ("widen_after_s", "levels"), [(0.0, 1_000_000), (-1.0, 1_000_000), (0.5, 121), (30.0, 3), (61.0, 1)]
)
def test_a_pool_that_does_not_widen_lets_all_take_its_calls_at_once(widen_after_s: float, levels: int) -> None:
    """Another admits one level more each time so many seconds are over."""
    assert levels_admitted(Pool("p", "P", widen_after_s=widen_after_s), 60.0) == levels
