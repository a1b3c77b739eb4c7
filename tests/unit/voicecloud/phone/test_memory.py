"""Answers kept for who asks again."""

from datetime import timedelta

import pytest

from tests.fixtures.routing import MONDAY_NOON
from voicecloud.phone import memory
from voicecloud.phone.memory import KEPT_FOR, Answers


def test_an_answer_is_kept_for_a_while() -> None:
    """It is forgotten afterwards, because it may name a customer."""
    answers: Answers[str, int] = Answers()
    answers.keep("a", 1, MONDAY_NOON)
    assert answers.get("a", MONDAY_NOON + KEPT_FOR) == 1
    assert answers.get("a", MONDAY_NOON + KEPT_FOR + timedelta(seconds=1)) is None
    assert answers.get("b", MONDAY_NOON) is None


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest answers go first."""
    monkeypatch.setattr(memory, "MOST", 2)
    answers: Answers[str, int] = Answers()
    for number, key in enumerate("abc"):
        answers.keep(key, number, MONDAY_NOON)
    assert [answers.get(key, MONDAY_NOON) for key in "abc"] == [None, 1, 2]
