"""The door of the media process, for what lives beside its gateway and is no part of the voice cloud."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from voicecloud.media.gateway import Gateway
from voicecloud.media.link import GatewayLink
from voicecloud.routing.effects import Effect


class MediaGuest(Protocol):
    """``deeds``: what is done with each of its messages; what that gives is the answer."""

    deeds: Mapping[type, Callable[[Any], Any]]

    def perform(self, effect: Effect) -> None:
        """Each of ``MEDIA_EFFECTS``, after the gateway."""

    async def close(self) -> None:
        """The gateway is still there."""


@dataclass(frozen=True)
class Invitation:
    """``messages``: the kinds that only the guest knows."""

    guest: Callable[[Gateway, GatewayLink], MediaGuest]
    messages: Sequence[type]
