"""What Omnichannel is to show, in a call and after it (E3, E4): do not disturb, and then what it covers comes back.

The third table of ``docs/presence.md``.
"""

from enum import StrEnum
from typing import NamedTuple

from shared.presence.table import ANY, DecisionTable


class CallFact(StrEnum):
    """Whether the agent is in a call."""

    YES = "in a call"
    NO = "no call"


class Cover(StrEnum):
    """Our do not disturb, which covers what Omnichannel showed before the call."""

    NONE = "none"
    WANTED = "wanted"
    SET = "set"


class PhoneFact(StrEnum):
    """The phone's status where the phone has the last word."""

    SILENT = "no"
    DND = "yes: do not disturb"
    OTHER = "yes: another"


class Kind(StrEnum):
    """The kind of Omnichannel's status."""

    DND = "do not disturb"
    SAME = "what the phone shows"
    OTHER = "anything else"


class OmnichannelWrite(StrEnum):
    """What is to be written in Omnichannel; whatever else is pending there is wanted no more."""

    PENDING = "what is pending"
    NOTHING = "nothing"
    MIRROR = "mirror: what counts"
    IN_CALL = "in-call: do not disturb"
    RESTORE = "restore: what counts"
    REPAIR = "repair: do not disturb"


class PresenceOutcome(NamedTuple):
    wish: OmnichannelWrite
    cover: Cover


_ANOTHER = (Kind.SAME, Kind.OTHER)
_SPEAKS = (PhoneFact.DND, PhoneFact.OTHER)
_LETS_BE = (PhoneFact.SILENT, PhoneFact.OTHER)

OMNICHANNEL = DecisionTable(
    {
        "the agent": CallFact,
        "our do not disturb": Cover,
        "the phone has the last word": PhoneFact,
        "Omnichannel shows": Kind,
    },
    ("is to be written", "our do not disturb, then"),
    (
        ((ANY, Cover.NONE, PhoneFact.SILENT, ANY), PresenceOutcome(OmnichannelWrite.PENDING, Cover.NONE)),
        ((ANY, Cover.NONE, PhoneFact.DND, Kind.DND), PresenceOutcome(OmnichannelWrite.NOTHING, Cover.NONE)),
        ((ANY, Cover.NONE, PhoneFact.DND, _ANOTHER), PresenceOutcome(OmnichannelWrite.MIRROR, Cover.NONE)),
        ((ANY, Cover.NONE, PhoneFact.OTHER, Kind.SAME), PresenceOutcome(OmnichannelWrite.NOTHING, Cover.NONE)),
        ((ANY, Cover.NONE, PhoneFact.OTHER, Kind.OTHER), PresenceOutcome(OmnichannelWrite.MIRROR, Cover.NONE)),
        ((CallFact.NO, Cover.NONE, PhoneFact.OTHER, Kind.DND), PresenceOutcome(OmnichannelWrite.MIRROR, Cover.NONE)),
        ((CallFact.YES, Cover.NONE, PhoneFact.OTHER, Kind.DND), PresenceOutcome(OmnichannelWrite.NOTHING, Cover.SET)),
        ((CallFact.YES, Cover.WANTED, _LETS_BE, ANY), PresenceOutcome(OmnichannelWrite.IN_CALL, Cover.WANTED)),
        ((CallFact.YES, Cover.WANTED, PhoneFact.DND, ANY), PresenceOutcome(OmnichannelWrite.MIRROR, Cover.NONE)),
        ((CallFact.NO, Cover.WANTED, ANY, ANY), PresenceOutcome(OmnichannelWrite.MIRROR, Cover.NONE)),
        ((CallFact.YES, Cover.SET, _LETS_BE, Kind.DND), PresenceOutcome(OmnichannelWrite.NOTHING, Cover.SET)),
        ((CallFact.YES, Cover.SET, _LETS_BE, _ANOTHER), PresenceOutcome(OmnichannelWrite.REPAIR, Cover.SET)),
        ((CallFact.NO, Cover.SET, _LETS_BE, ANY), PresenceOutcome(OmnichannelWrite.RESTORE, Cover.SET)),
        ((ANY, Cover.SET, PhoneFact.DND, Kind.DND), PresenceOutcome(OmnichannelWrite.NOTHING, Cover.NONE)),
        ((ANY, Cover.SET, PhoneFact.DND, _ANOTHER), PresenceOutcome(OmnichannelWrite.REPAIR, Cover.NONE)),
    ),
)
