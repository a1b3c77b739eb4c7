"""What holds for the web phones of a deployment (A2, A4, C8, K9): the settings row ``phone``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from shared.errors import InvalidInput

_ORIGIN = re.compile(r"https://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?|http://localhost(?::[0-9]{1,5})?")
EVERY_PAGE = ("",)
"""A part of every address; no row can say so."""
Document = Mapping[str, object]


class CustomerNames(StrEnum):
    """Who is shown the name behind a number: who may read that row in Dynamics, or everybody with a phone."""

    READABLE = "readable"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class PhoneSettings:
    """``take_over``: whether a phone may be opened although another window has it, where the agent says so.
    ``frame_ancestors``: the sites that may show the phone in a frame, beside the Dynamics environment itself.
    ``voice_center_url``: where its links to the Voice Center lead, empty for none.
    ``unrecorded_pages``: parts of the addresses of pages in Dynamics; while one is open nothing is recorded.
    ``customer_names``: who sees the names of customers in ringing calls, history and lists."""

    take_over: bool = True
    frame_ancestors: tuple[str, ...] = ()
    voice_center_url: str = ""
    unrecorded_pages: tuple[str, ...] = ()
    customer_names: CustomerNames = CustomerNames.READABLE

    @classmethod
    def from_document(cls, document: Document) -> Self:
        return cls(**{name: read(document) for name, read in _READERS.items()})

    @classmethod
    def as_far_as_readable(cls, document: object) -> Self:
        """Of a row that is not valid: each field that is, and the safe value of every other. No fault of a row keeps
        an agent from their phone, or has a page recorded that perhaps was not to be."""
        if not isinstance(document, Mapping):
            return cls(**_SAFE)
        return cls(**{name: _or_safe(name, read, document) for name, read in _READERS.items()})


def _take_over(document: Document) -> bool:
    take_over = document.get("take_over", True)
    if not isinstance(take_over, bool):
        raise _invalid("take_over", "true or false")
    return take_over


def _frame_ancestors(document: Document) -> tuple[str, ...]:
    ancestors = document.get("frame_ancestors", [])
    if not isinstance(ancestors, list) or not all(_is_origin(one) for one in ancestors):
        raise _invalid("frame_ancestors", "a list of origins such as https://contoso.crm4.dynamics.com")
    return tuple(ancestors)


def _voice_center_url(document: Document) -> str:
    url = document.get("voice_center_url", "")
    if not isinstance(url, str) or (url and not url.startswith(("https://", "http://localhost"))):
        raise _invalid("voice_center_url", "an https address")
    return url


def _unrecorded_pages(document: Document) -> tuple[str, ...]:
    pages = document.get("unrecorded_pages", [])
    if not isinstance(pages, list) or not all(isinstance(one, str) and one.strip() for one in pages):
        raise _invalid("unrecorded_pages", "a list of parts of addresses such as etn=invoice")
    return tuple(pages)


def _customer_names(document: Document) -> CustomerNames:
    shown = document.get("customer_names", CustomerNames.READABLE)
    if shown not in list(CustomerNames):
        raise _invalid("customer_names", "readable or everybody")
    return CustomerNames(str(shown))


_READERS: Mapping[str, Callable[[Document], Any]] = {
    "take_over": _take_over,
    "frame_ancestors": _frame_ancestors,
    "voice_center_url": _voice_center_url,
    "unrecorded_pages": _unrecorded_pages,
    "customer_names": _customer_names,
}
_SAFE: Mapping[str, Any] = {**{name: read({}) for name, read in _READERS.items()}, "unrecorded_pages": EVERY_PAGE}


def _or_safe(name: str, read: Callable[[Document], Any], document: Document) -> Any:
    try:
        return read(document)
    except InvalidInput:
        return _SAFE[name]


def _is_origin(given: object) -> bool:
    return isinstance(given, str) and _ORIGIN.fullmatch(given) is not None


def _invalid(name: str, wanted: str) -> InvalidInput:
    return InvalidInput("invalid-setting", f"{name} must be {wanted}")
