"""Numbers in one spelling, E.164, before anything is routed, shown, stored or looked up (D11)."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.numbers import from_network
from voicecloud.routing.events import CallArrived, DialOut, Event, SetCallerNumber
from voicecloud.routing.model import Target, TargetKind


@dataclass(frozen=True)
class Numbering:
    """``trunk``: the country whose spellings the trunk sends; ``home``: those that people here use (both ISO 3166).

    ``own``: all numbers of users and pools as they are now: they decide where a text has two readings.
    """

    trunk: str | None
    home: str | None
    own: Callable[[], Collection[str]]

    def event(self, event: Event) -> Event:
        """The event with its numbers in E.164; a caller who shows none has none, however the network says it."""
        if isinstance(event, CallArrived):
            shown = self._sent(event.a_number or "") or None
            return replace(event, a_number=shown, b_number=self._sent(event.b_number) or event.b_number)
        if isinstance(event, DialOut):
            shown = self._written(event.caller_number) if event.caller_number else event.caller_number
            return replace(event, to=self._written(event.to), caller_number=shown)
        if isinstance(event, SetCallerNumber):
            return replace(event, number=self._written(event.number)) if event.number else event
        return with_targets(event, self._written)

    def _sent(self, text: str) -> str:
        return from_network(text, self.trunk, self.own())

    def _written(self, text: str) -> str:
        return from_network(text, self.home, self.own()) or text


def with_targets[Value](value: Value, spelled: Callable[[str], str]) -> Value:
    """A value of routing's model, with the numbers that calls may be sent to as ``spelled`` gives them."""
    changed: Any = value
    if isinstance(value, Target):
        changed = replace(value, value=spelled(value.value)) if value.kind is TargetKind.NUMBER else value
    elif isinstance(value, tuple):
        changed = tuple(with_targets(one, spelled) for one in value)
    elif isinstance(value, Mapping):
        changed = {key: with_targets(one, spelled) for key, one in value.items()}
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        found = {name: with_targets(one, spelled) for name, one in held.items()}
        changed = replace(value, **{name: one for name, one in found.items() if one != held[name]})
    return changed  # type: ignore[no-any-return]
