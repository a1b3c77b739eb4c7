"""What holds for the web phones of a deployment (A2, A4, C8, K9): the settings row ``phone``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from msgspec import Meta

from shared.errors import InvalidInput
from shared.settings.model import Setting

EVERY_PAGE = ("",)
"""A part of every address; no row can say so."""
_ORIGIN = r"^(?:https://(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?|http://localhost(?::[0-9]{1,5})?)\Z"
Origins = Annotated[
    tuple[Annotated[str, Meta(pattern=_ORIGIN)], ...],
    Meta(description="a list of origins such as https://contoso.crm4.dynamics.com"),
]
Pages = Annotated[
    tuple[Annotated[str, Meta(pattern=r"\S")], ...],
    Meta(description="a list of parts of addresses such as etn=invoice"),
]


class CustomerNames(StrEnum):
    """Who is shown the name behind a number: who may read that row in Dynamics, or everybody with a phone."""

    READABLE = "readable"
    EVERYBODY = "everybody"


class PhoneSettings(Setting, frozen=True):
    """``take_over``: whether a phone may be opened although another window has it, where the agent says so.
    ``frame_ancestors``: the sites that may show the phone in a frame, beside the Dynamics environment itself.
    ``voice_center_url``: where its links to the Voice Center lead, empty for none.
    ``unrecorded_pages``: parts of the addresses of pages in Dynamics; while one is open nothing is recorded.
    ``customer_names``: who sees the names of customers in ringing calls, history and lists."""

    take_over: bool = True
    frame_ancestors: Origins = ()
    voice_center_url: Annotated[
        str, Meta(pattern=r"^(?:\Z|https://|http://localhost)", description="an https address")
    ] = ""
    unrecorded_pages: Pages = ()
    customer_names: CustomerNames = CustomerNames.READABLE

    @classmethod
    def as_far_as_readable(cls, document: object) -> Self:
        """Of a row that is not valid: each field that is, and the safe value of every other. No fault of a row keeps
        an agent from their phone, or has a page recorded that perhaps was not to be."""
        safe = cls(unrecorded_pages=EVERY_PAGE)
        if not isinstance(document, Mapping):
            return safe
        return cls(**{name: cls._alone(name, document, safe) for name in cls.__struct_fields__})

    @classmethod
    def _alone(cls, name: str, document: Mapping[str, object], safe: Self) -> Any:
        try:
            read = cls.from_document({key: value for key, value in document.items() if key == name})
        except InvalidInput:
            return getattr(safe, name)
        return getattr(read, name)
