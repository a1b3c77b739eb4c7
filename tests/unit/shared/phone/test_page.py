"""What of the web phone's files is sent."""

import re
from pathlib import Path

import pytest

from shared.phone.page import FOLDER, without_comments

MODULES = sorted(FOLDER.rglob("*.js"))


def test_comments_with_lines_of_their_own_are_not_sent() -> None:
    """Code beside one, and one beside code, stay; every line keeps its number."""
    module = b"/** One. */\nlet a = /** @type {any} */ (b);\n  /**\n   * Two.\n   */\n/** @type {any} */ (c).d();\n"
    assert without_comments(module) == b"\nlet a = /** @type {any} */ (b);\n\n\n\n/** @type {any} */ (c).d();\n"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nothing_but_comments_is_left_out(path: Path) -> None:
    """Whatever is missing begins, goes on or ends as a comment does."""
    before, after = path.read_text().splitlines(), without_comments(path.read_bytes()).decode().splitlines()
    missing = [line.strip() for line, sent in zip(before, after, strict=True) if line != sent]
    assert all(re.match(r"/\*\*|\*", line) for line in missing)
    assert len(missing) >= 1
