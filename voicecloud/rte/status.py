"""Status of queues and users in the published fields, for REST and the hub alike (C7, I1)."""

from typing import Any

from shared.clock import to_iso
from voicecloud.runtime.engine import Engine


def queue_status(engine: Engine, queue_id: str) -> dict[str, Any]:
    """Raises Missing ``pool-unknown``. ``Active`` is beyond the published fields."""
    figures = engine.platform.pool_figures(queue_id, engine.now())
    return {
        "OpenStatus": int(figures.open_status),
        "MaxWaitTime": round(figures.max_wait_s),
        "QueueLength": figures.queue_length,
        "OngoingCalls": figures.active_calls,
        "AgentsOnWrapUp": figures.on_wrap_up,
        "FreeAgents": figures.free,
        "ServingAgents": figures.serving,
        "ActiveAgents": figures.active,
    }


def user_status(engine: Engine, user_id: str) -> dict[str, Any]:
    """Of a program, which has no phone, that nothing goes on."""
    if user_id not in engine.platform.configuration.users:
        return _without_phone(engine, user_id)
    status = engine.platform.user_status(user_id)
    return {
        "UserId": user_id,
        "CanBeAllocatedTo": status.can_be_allocated_to,
        "FetchMode": status.fetch_mode,
        "Schedule": status.schedule,
        "Available": status.available,
        "ServiceTerminals": status.service_terminals,
        "Serving": status.serving,
        "ServingCallback": False,
        "Talking": status.talking,
        "TalkingStatusChanged": to_iso(status.talking_status_changed),
        "WrapUpStart": to_iso(status.wrap_up_start) if status.wrap_up_start else None,
        "WrapUpEnd": to_iso(status.wrap_up_end) if status.wrap_up_end else None,
        "ActiveQueueId": status.active_queue_id,
        "ParkedCalls": status.parked_calls,
    }


def _without_phone(engine: Engine, user_id: str) -> dict[str, Any]:
    never = dict.fromkeys(("CanBeAllocatedTo", "FetchMode", "Serving", "ServingCallback", "Talking"), False)
    nothing = dict.fromkeys(("WrapUpStart", "WrapUpEnd", "ActiveQueueId"))
    now = to_iso(engine.now())
    counts = {"ServiceTerminals": 0, "ParkedCalls": 0, "TalkingStatusChanged": now}
    return {"UserId": user_id, "Schedule": True, "Available": True, **never, **nothing, **counts}
