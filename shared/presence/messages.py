"""The messages of the ``presence`` queue."""

from dataclasses import replace
from datetime import datetime

from shared.bus.events import CloudEvent
from shared.clock import to_iso
from shared.errors import InvalidInput
from shared.outside import moment, moment_or_none
from shared.presence.model import CALL, CHANGED, RECONCILE, CallNews, CallStep, PresenceNews

SOURCE = "voice-for-dynamics"


def reconcile_wanted(agent_id: str, cause: str, now: datetime) -> CloudEvent:
    """Asks to reconcile an agent; ``cause`` tells apart what is not the same wish."""
    return CloudEvent(f"presence/{agent_id}/{cause}", RECONCILE, SOURCE, agent_id, now, {"agent": agent_id})


def reconcile_polled(agent_id: str, now: datetime) -> CloudEvent:
    """The poll's wish: not worth another try, because the poll comes again."""
    event = reconcile_wanted(agent_id, f"poll/{int(now.timestamp())}", now)
    return replace(event, data={**event.data, "once": True})


def reconcile_soon(agent_id: str, now: datetime) -> CloudEvent:
    """The same from whoever asks within a tenth of a second."""
    return reconcile_wanted(agent_id, f"soon/{int(now.timestamp() * 10)}", now)


def reconcile_at_moment(agent_id: str, moment: datetime, now: datetime) -> CloudEvent:
    """The same from whoever asks for that moment."""
    return reconcile_wanted(agent_id, f"at/{to_iso(moment)}", now)


def user_changed(voice_id: str, key: str, now: datetime) -> CloudEvent:
    """Asks to reconcile whoever a voice-cloud user is."""
    return CloudEvent(f"presence/{voice_id}/{key}", RECONCILE, "voicecloud", voice_id, now, {"user": voice_id})


def call_told(voice_id: str, news: CallNews, now: datetime) -> CloudEvent:
    """Reports a call of a voice-cloud user, by its id alone: it may be private (H3)."""
    data = {
        "user": voice_id,
        "call_id": news.call_id,
        "step": news.step,
        "sequence": news.sequence,
        "at": to_iso(news.at),
    }
    key = f"presence/{voice_id}/{news.call_id}/{news.step}/{news.sequence}"
    return CloudEvent(key, CALL, "voicecloud", voice_id, now, data)


def presence_told(agent_id: str, news: PresenceNews, key: str, now: datetime) -> CloudEvent:
    """Reports a presence that was set in Dynamics."""
    at = to_iso(news.at) if news.at else None
    data = {"agent": agent_id, "presence_id": news.presence_id, "at": at, "by": news.by}
    return CloudEvent(f"presence/{agent_id}/{key}", CHANGED, "dataverse", agent_id, now, data)


def again(event: CloudEvent, now: datetime) -> CloudEvent:
    """The same news, for a little later."""
    return replace(event, id=f"{event.id.partition('~')[0]}~{int(now.timestamp() * 1000)}")


def call_from(event: CloudEvent) -> CallNews:
    """Raises InvalidInput ``malformed-presence``."""
    data = event.data
    try:
        return CallNews(
            call_id=str(data["call_id"]),
            step=CallStep(str(data["step"])),
            sequence=int(str(data["sequence"])),
            at=moment(data["at"]),
        )
    except (KeyError, ValueError):
        raise _malformed() from None


def presence_from(event: CloudEvent) -> PresenceNews:
    """Raises InvalidInput ``malformed-presence``."""
    data = event.data
    try:
        at = moment_or_none(data.get("at"))
        return PresenceNews(str(data.get("presence_id") or "").lower(), at, str(data.get("by") or ""))
    except ValueError:
        raise _malformed() from None


def _malformed() -> InvalidInput:
    return InvalidInput("malformed-presence", "an event of presence lacks what its type needs")
