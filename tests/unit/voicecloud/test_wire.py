"""JSON in and out."""

import json
import time

import pytest

from shared.errors import InvalidInput
from voicecloud import wire


@pytest.mark.parametrize(
    "text", ['{"a": "\\ud83d"}', '{"\\udc00": 1}', '[["a\\u0000b"]]', '{"a": [{"b": "\\ud83d!"}]}']
)
def test_text_that_cannot_be_kept_is_refused(text: str) -> None:
    """Half a surrogate pair or NUL, as a value or a name, however deep."""
    with pytest.raises(InvalidInput, match="text-characters"):
        wire.read(text)


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', "9" * 5_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    """Neither are numbers that JSON does not have."""
    with pytest.raises(InvalidInput, match="malformed-json"):
        wire.read(text)


@pytest.mark.parametrize("depth", [wire.DEEPEST + 2, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """A body that would exhaust the stack of whoever walks it."""
    with pytest.raises(InvalidInput, match="malformed-json"):
        wire.read("[" * depth + "]" * depth)


def test_whole_characters_pass() -> None:
    """A pair makes one character, and comes out as it went in."""
    document = wire.read('{"a": "\\ud83d\\ude00 Äiti"}')
    assert document == {"a": "😀 Äiti"}
    assert wire.read(wire.written(document)) == document


def test_an_answer_is_always_utf8() -> None:
    """What is stored already and cannot be encoded is shown as a question mark."""
    assert wire.written({"a": "x\ud83dy"}).encode() == b'{"a":"x?y"}'


@pytest.mark.parametrize("text", ["[" + "[],[]," * 2_000_000 + "0]", "[" * 8_000_000, '{"a":' * 1_000_000])
def test_a_huge_document_is_refused_before_it_is_built(text: str) -> None:
    """Millions of values cost no more than counting them."""
    began = time.process_time()
    with pytest.raises(InvalidInput, match="malformed-json"):
        wire.read(text)
    assert time.process_time() - began < 0.1


def test_brackets_and_commas_in_a_text_are_text() -> None:
    """A note full of them, with quotes and backslashes, is neither deep nor many."""
    note = '[{\\"' * 900 + ",}" * 300
    assert wire.read(json.dumps({"Note": note})) == {"Note": note}
