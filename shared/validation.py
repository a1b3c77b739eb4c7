"""Documents from outside as ``msgspec`` structs, and what is wrong with them in words that name the field.

A field says what it is to be by its type and, where that says too little, by ``Meta(description=…)``. A type of our own
is made of what is given: its constructor raises ValueError.
"""

import re
from collections.abc import Iterator, Mapping
from enum import EnumType
from typing import Any, get_args
from uuid import UUID

import msgspec
from msgspec.structs import fields

from shared.errors import InvalidInput

_PLACE = re.compile(r" - at (?:`key` in )?`\$\.?(.*)`$")
_LACKING = re.compile(r"missing required field `(.+?)`")
_INDEX = re.compile(r"\[[^\]]*\]")
_LAST_INDEX = re.compile(_INDEX.pattern + "$")
_BY_TYPE = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}


class Guid(UUID):
    """In any spelling: capitals, braces, without hyphens."""

    __slots__ = ()

    def __init__(self, given: object) -> None:
        super().__init__(str(given))


def read[T](wanted: type[T], document: object, code: str) -> T:
    """Fields that ``wanted`` does not have are ignored. Raises InvalidInput ``code``."""
    try:
        return msgspec.convert(document, wanted, dec_hook=_made)
    except msgspec.ValidationError as error:
        raise InvalidInput(code, _words(wanted, error)) from None


def ignored_fields(found: object, document: Any) -> set[str]:
    """What of a document is not in what was read of it, in inner objects by the path: ``statuses.colour``."""
    if isinstance(found, msgspec.Struct):
        named: Mapping[str, Any] = {one.encode_name: getattr(found, one.name) for one in fields(found)}
        return (set(document) - set(named)) | _inner(named, document)
    if isinstance(found, Mapping):
        return _inner(found, document)
    pairs = zip(found, document, strict=True) if isinstance(found, tuple) else ()
    return {name for one, given in pairs for name in ignored_fields(one, given)}


def _inner(found: Mapping[str, Any], document: Mapping[str, Any]) -> set[str]:
    both = found.keys() & document.keys()
    return {f"{name}.{inner}" for name in both for inner in ignored_fields(found[name], document[name])}


def _made(wanted: type, given: object) -> object:
    return wanted(given)


def _words(wanted: type, error: msgspec.ValidationError) -> str:
    text, place = str(error), _PLACE.search(str(error))
    lacking = _LACKING.search(text)
    path = ".".join(name for name in (place and place[1], lacking and lacking[1]) if name)
    if not path:
        return str(error.__cause__ or "a JSON object is expected")
    hint: Any = wanted
    for name in _INDEX.sub("", path).split("."):
        hint = next(one.type for struct in _structs(hint) for one in fields(struct) if one.encode_name == name)
    wanted_here = _described(hint) or error.__cause__ or text.partition(" - at ")[0].removeprefix("Expected ")
    return f"{_LAST_INDEX.sub('', path)} must be {wanted_here}"


def _described(hint: Any) -> str:
    """The outermost description; without one what the type says itself."""
    parts = list(_parts(hint))
    described = next((one.description for one in parts if isinstance(one, msgspec.Meta) and one.description), None)
    choices = next((one for one in parts if isinstance(one, EnumType)), None)
    return described or (f"one of {', '.join(choices)}" if choices else _BY_TYPE.get(parts[-1], ""))


def _structs(hint: Any) -> Iterator[type[msgspec.Struct]]:
    return (one for one in _parts(hint) if isinstance(one, type) and issubclass(one, msgspec.Struct))


def _parts(hint: Any) -> Iterator[Any]:
    """A type and what it is made of, from the outside inwards."""
    yield hint
    for one in reversed(get_args(hint)):
        yield from _parts(one)
