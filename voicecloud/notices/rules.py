"""Which notices an event of a call's history makes. Webhook names of the past keep their own spelling."""

from collections.abc import Mapping

from voicecloud.notices.model import Notice
from voicecloud.vocabulary.calls import CallEvent, CallHistory, Direction, EventKind

QUEUE_NAMES: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.POOL_ENTERED: ("QueueCallInArrived",),
    EventKind.ALLOCATED: ("QueueCallInAllocated", "QueueCallInUserAllocated"),
    EventKind.ANSWERED: ("QueueCallInConnected", "QueueCallInUserConnected"),
    EventKind.USER_REJECTED: ("QueueCallInUserCancelled",),
    EventKind.QUEUE_OVERFLOWED: ("QueueCallInOverflow",),
    EventKind.CONSULT_STARTED: ("QueueCallInTransferStarted",),
    EventKind.CONSULT_ENDED: ("QueueCallInTransferCancelled",),
    EventKind.USER_TRANSFERRED: ("QueueCallInTransferConnected",),
    EventKind.POOL_LEFT: ("QueueCallInDisconnected", "QueueCallInCompleted"),
}
"""About the pool that the event names."""

USER_IN_NAMES: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ALLOCATED: ("UserCallInComing", "UserCallInUserAllocated"),
    EventKind.ANSWERED: ("UserCallInConnected", "UserCallInUserConnected"),
    EventKind.USER_REJECTED: ("UserCallInUserCancelled",),
    EventKind.CONSULT_STARTED: ("UserCallInTransferStarted",),
    EventKind.CONSULT_ENDED: ("UserCallInTransferCancelled",),
    EventKind.USER_TRANSFERRED: ("UserCallInTransferConnected",),
    EventKind.LEG_ENDED: ("UserCallInDisconnected",),
}
"""About the user whose leg the event names, in a call that came in."""

USER_OUT_NAMES: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ARRIVED: ("UserCallOutGoing",),
    EventKind.ANSWERED: ("UserCallOutConnected",),
    EventKind.LEG_ENDED: ("UserCallOutDisconnected",),
}
"""The same in a call that the user has made."""


def notices(history: CallHistory, event: CallEvent, dialler: str | None) -> list[Notice]:
    """Notices of one event. ``dialler`` is the user who has made an outbound or internal call."""
    fields = _fields(history, event)
    found = []
    if event.pool_id:
        names = QUEUE_NAMES.get(event.kind, ())
        found += [Notice(name, "Queue", event.pool_id, fields) for name in names]
    user_id, names = _user_names(history, event, dialler)
    if user_id:
        found += [Notice(name, "User", user_id, fields) for name in names]
    return found


def _user_names(history: CallHistory, event: CallEvent, dialler: str | None) -> tuple[str | None, tuple[str, ...]]:
    """An outside telephone that is answered or refused concerns the one who dialled it."""
    outbound = history.direction is not Direction.INBOUND
    if outbound and event.user_id in {None, dialler}:
        return dialler, USER_OUT_NAMES.get(event.kind, ())
    return event.user_id, USER_IN_NAMES.get(event.kind, ())


def _fields(history: CallHistory, event: CallEvent) -> dict[str, object]:
    return {
        "CallId": history.call_id,
        "CallLegId": event.leg_id,
        "Sequence": event.sequence,
        "QueueId": event.pool_id,
        "UserId": event.user_id,
        "CallerNumber": history.a_number or "",
        "TargetNumber": history.b_number,
        "Terminal": event.terminal.value if event.terminal else None,
        "Detail": event.detail,
    }
