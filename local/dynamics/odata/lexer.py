"""The words of a filter expression."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from local.dynamics.errors import DataverseError, bad_query

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::[\d.]+)?(?:Z|[+-]\d{2}:\d{2}))?(?![0-9a-fA-F-]))"
    r"|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<parameter>@\w+)"
    r"|(?P<word>[A-Za-z_][\w.]*(?:/[A-Za-z_]\w*)*)"
    r"|(?P<mark>[(),=:\[\]\"]))"
)


class Token(NamedTuple):
    """``kind``: string, date, guid, number, parameter, word or mark."""

    kind: str
    text: str


class Words:
    """Tokens one after the other. Every method that needs something raises DataverseError when it is not there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _split(text)
        self._at = 0

    def next(self) -> Token:
        if self._at >= len(self._tokens):
            raise self.error()
        token = self._tokens[self._at]
        self._at += 1
        return token

    def take(self, kind: str, text: str | None = None) -> bool:
        """Goes on if the next token is this one."""
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == kind and text in {None, token.text}:
                self._at += 1
                return True
        return False

    def need(self, kind: str, text: str | None = None) -> str:
        token = self.next()
        if token.kind != kind or text not in {None, token.text}:
            raise self.error()
        return token.text

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self.error()

    def error(self) -> DataverseError:
        return bad_query(f"Syntax error at position {self._at} in '{self._text}'.")


def _split(text: str) -> Sequence[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise bad_query(f"Syntax error at position {at} in '{text}'.")
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens
