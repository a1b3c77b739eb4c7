"""Which fields of a document are read: what nobody reads is not a setting, and the administrator is shown so."""

from collections.abc import Iterator, Mapping
from typing import Any


class ReadFields(Mapping[str, Any]):
    """A JSON object that remembers which of its fields were asked for, in the objects within it too."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = {name: _followed(value) for name, value in document.items()}
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return self._document[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def unread(self) -> list[str]:
        """The fields nobody asked for, those of inner objects by their path: ``colour``, ``statuses.colour``."""
        own = [name for name in self._document if name not in self._read]
        inner = [
            f"{name}.{field}"
            for name in self._document
            if name in self._read
            for one in _objects(self._document[name])
            for field in one.unread()
        ]
        return sorted({*own, *inner})


def _followed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return ReadFields(value)
    return [_followed(one) for one in value] if isinstance(value, list) else value


def _objects(value: Any) -> list[ReadFields]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, ReadFields)]
