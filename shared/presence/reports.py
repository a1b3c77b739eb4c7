"""What a phone reports of Omnichannel where only it reaches it: id, base status, text, as much as CIF has given it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from shared.errors import InvalidInput, Misconfigured, VoiceError
from shared.outside import moment
from shared.presence.model import AgentState
from shared.presence.omnichannel import Omnichannel
from shared.settings.presence import PresenceSettings
from shared.statuses import Presence

MAX_TEXT = 100
"""As long as the text of a presence can be in Dynamics."""


async def presence_told(
    document: Mapping[str, object], state: AgentState, omnichannel: Omnichannel, settings: PresenceSettings
) -> Presence:
    """Raises InvalidInput ``malformed-availability``, and Misconfigured ``presence-unmapped`` for one nobody knows."""
    presence_id, text, base = _id(document), document.get("text") or "", document.get("baseStatus")
    if not isinstance(text, str) or len(text) > MAX_TEXT or not (presence_id or text):
        raise malformed(f"a report has a presenceId or a text of at most {MAX_TEXT} characters")
    if presence_id and base is not None:
        kind = settings.kind_reported(base)
        if kind is None:
            raise malformed("baseStatus is a number or a name such as BUSY_DO_NOT_DISTURB")
        return Presence(presence_id, kind, text)
    if known := _known(presence_id, text, _of(state)):
        return known
    try:
        found = await (omnichannel.presence(presence_id) if presence_id else omnichannel.named(text))
    except VoiceError:
        found = None  # the phone may be all that reaches Dynamics' presences
    found = found or _known(presence_id, text, (*settings.presences.values(), settings.dnd))
    if found is None:
        raise Misconfigured("presence-unmapped", "neither Dynamics nor the settings name what the phone reports")
    return found


def moment_told(value: object, now: datetime) -> datetime:
    """When it was set by the phone's clock, never later than now. Raises InvalidInput ``malformed-availability``."""
    if value is None:
        return now
    try:
        return min(moment(value), now)
    except ValueError:
        raise malformed("a time is written in ISO 8601") from None


def malformed(what: str) -> InvalidInput:
    return InvalidInput("malformed-availability", what)


def _id(document: Mapping[str, object]) -> str:
    given = document.get("presenceId")
    try:
        return str(UUID(str(given))) if given else ""
    except ValueError:
        raise malformed("a presenceId is a GUID") from None


def _of(state: AgentState) -> list[Presence]:
    """Those the agent has shown or is to be set to."""
    shown = [one.presence for one in (state.reported, state.omnichannel) if one]
    wanted = [one.presence for one in state.pending if one.presence]
    kept = [one for one in (state.episode.before if state.episode else None, state.presence_before_timed_status) if one]
    return shown + wanted + kept


def _known(presence_id: str, text: str, presences: Iterable[Presence]) -> Presence | None:
    return next((one for one in presences if (one.id == presence_id if presence_id else one.text == text)), None)
