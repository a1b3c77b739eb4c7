"""JSON as it goes over the wire: nothing is read that could not be stored and written again."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from shared.errors import InvalidInput

DEEPEST = 32
MOST_VALUES = 5_000
"""Values in one document; the longest text that is taken (a note) has fewer commas than that."""

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)


def read(text: str) -> Any:
    """What a text means. Raises InvalidInput ``malformed-json``, ``text-characters``."""
    _check_shape(text)
    try:
        document = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("malformed-json", "the body is not JSON") from error
    for found in _texts(document):
        check_text(found)
    return document


def check_text(text: str) -> None:
    """Raises InvalidInput ``text-characters`` for what UTF-8 or storage cannot take: half a surrogate pair, NUL."""
    if "\0" in text or not _encodes(text):
        raise InvalidInput("text-characters", "a text holds NUL or half of a surrogate pair")


def written(document: object) -> str:
    """Compact JSON in plain UTF-8; what no encoding takes becomes ``?``."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text if _encodes(text) else text.encode("utf-8", "replace").decode()


def _check_shape(text: str) -> None:
    """Before anything is built of it: a few bytes can ask for an object each, or for a stack of them."""
    openings = text.count("[") + text.count("{")
    if text.count(",") + openings > MOST_VALUES:
        raise InvalidInput("malformed-json", f"the body has more than {MOST_VALUES} values")
    if openings > DEEPEST and _depth(text) > DEEPEST:
        raise InvalidInput("malformed-json", f"the body is nested more than {DEEPEST} deep")


def _depth(text: str) -> int:
    """How deep brackets are nested, those within texts left out."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _texts(document: object) -> Iterator[str]:
    """Every text in a document, names of fields too."""
    waiting: list[object] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
