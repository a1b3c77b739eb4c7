"""A call's history made into rows (G1, G3, H3). Works on finished calls and on calls in progress alike.

Time is divided by phases: an event starts one, the next such event ends it, the last known moment ends the last. So the
parts of a row always add up to its length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import NAMESPACE_URL, uuid5

from voicecloud.records.model import (
    CallEvent,
    CallHistory,
    CallKind,
    CallRecord,
    Direction,
    EndReason,
    EndResult,
    EventKind,
    Privacy,
    RejectReason,
    ServiceCall,
    ServiceResult,
    Terminal,
    UserCall,
)

RECLASSIFY_WITHIN = timedelta(days=14)


class Phase(Enum):
    OTHER = "other"
    QUEUE = "queue"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"


CALLER_PHASES = {
    EventKind.ARRIVED: Phase.OTHER,
    EventKind.POOL_ENTERED: Phase.OTHER,
    EventKind.QUEUED: Phase.QUEUE,
    EventKind.QUEUE_OVERFLOWED: Phase.OTHER,
    EventKind.CALLBACK_REQUESTED: Phase.OTHER,
    EventKind.POOL_LEFT: Phase.OTHER,
    EventKind.TALK_STARTED: Phase.TALK,
    EventKind.TALK_STOPPED: Phase.HOLD,
    EventKind.USER_TRANSFERRED: Phase.OTHER,
}
"""What the caller does from such an event on."""

LEG_PHASES = {
    EventKind.ARRIVED: Phase.RING,
    EventKind.ALLOCATED: Phase.RING,
    EventKind.TALK_STARTED: Phase.TALK,
    EventKind.CONSULT_TALK_STARTED: Phase.TALK,
    EventKind.TALK_STOPPED: Phase.HOLD,
    EventKind.CONSULT_TALK_STOPPED: Phase.HOLD,
}
"""What the user of a leg does from such an event on, when it names his leg."""

TALK_BEGINS = (EventKind.TALK_STARTED, EventKind.CONSULT_TALK_STARTED)
