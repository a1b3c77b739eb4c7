"""Which agent gets the call: pure rules over who is free. One rule per ``Selection``; docs/routing.md shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voicecloud.routing.model import Pool, Selection


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who can be offered the call now. ``offers`` counts how often this call has rung them already."""

    user_id: str
    skill: int
    free_s: float
    offers: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Who gets a call that has waited ``wait_s``.

    ``candidates`` stand in the pool's order. ``skills`` are the levels of all serving members, free or not.
    ``order`` is the whole membership in order, and ``last_offered`` who was offered the pool's last call.
    """

    pool: Pool
    candidates: Sequence[Candidate]
    skills: frozenset[int]
    order: Sequence[str]
    last_offered: str | None
    wait_s: float


def choose(question: Question) -> tuple[str, ...]:
    """The user ids to ring: one, several (all at once) or none for now."""
    return _RULES[question.pool.selection](question) if question.candidates else ()


def rounds_over(pool: Pool, serving: Sequence[str], offers: dict[str, int]) -> bool:
    """Whether a limited round robin has offered this call to every serving member as often as it may."""
    limited = pool.selection is Selection.ROUND_ROBIN_LIMITED
    return limited and bool(serving) and all(offers.get(user_id, 0) >= pool.max_rounds for user_id in serving)


def levels_admitted(pool: Pool, wait_s: float) -> int:
    """How many skill levels, from the highest down, may take a call that has waited so long."""
    if pool.widen_after_s <= 0:
        return 1_000_000
    return 1 + int(wait_s / pool.widen_after_s)


def _free_longest(question: Question) -> tuple[str, ...]:
    """Skill weighs free time: at level 2 one minute counts like two at level 1."""
    best = max(question.candidates, key=lambda each: (each.free_s * each.skill, each.skill))
    return (best.user_id,)


def _round_robin(question: Question) -> tuple[str, ...]:
    """The next in order after the one who was offered the last call."""
    order = {user_id: place for place, user_id in enumerate(question.order)}
    last = order.get(question.last_offered or "", -1)
    following = min(question.candidates, key=lambda each: (order[each.user_id] - last - 1) % len(order))
    return (following.user_id,)


def _round_robin_limited(question: Question) -> tuple[str, ...]:
    left = [each for each in question.candidates if each.offers < question.pool.max_rounds]
    return _round_robin(replace(question, candidates=left)) if left else ()


def _less_skilled_gradually(question: Question) -> tuple[str, ...]:
    """The most skilled only; the longer the wait, the more levels below them. Among those admitted skill goes first."""
    levels = sorted(question.skills, reverse=True)[: levels_admitted(question.pool, question.wait_s)]
    admitted = [each for each in question.candidates if each.skill in levels]
    if not admitted:
        return ()
    return (max(admitted, key=lambda each: (each.skill, each.free_s)).user_id,)


def _ring_all(question: Question) -> tuple[str, ...]:
    return tuple(each.user_id for each in question.candidates)


_RULES: dict[Selection, Callable[[Question], tuple[str, ...]]] = {
    Selection.FREE_LONGEST: _free_longest,
    Selection.ROUND_ROBIN: _round_robin,
    Selection.ROUND_ROBIN_LIMITED: _round_robin_limited,
    Selection.LESS_SKILLED_GRADUALLY: _less_skilled_gradually,
    Selection.RING_ALL: _ring_all,
}
