"""Live calls as others may see them: frozen pictures of the state."""

from dataclasses import dataclass
from datetime import datetime

from voicecloud.routing.effects import OfferKind
from voicecloud.routing.state.world import Call, Leg
from voicecloud.vocabulary.calls import Direction, Terminal
from voicecloud.vocabulary.machine import CallState, LegState


@dataclass(frozen=True, slots=True)
class LiveLeg:
    """``other`` is the leg it has the call with, held or not; None for one that rings, waits or is consulted."""

    leg_id: str
    state: LegState
    since: datetime
    user_id: str | None
    number: str | None
    pool_id: str | None
    kind: OfferKind | None
    terminal: Terminal | None
    other: str | None


@dataclass(frozen=True, slots=True)
class LiveCall:
    """``sequence`` is that of the latest event: news with a lower one is old. ``pool_id``: the pool it is in now.
    ``returned``: a transfer came to nothing, and the other party is back where they came from."""

    call_id: str
    sequence: int
    direction: Direction
    stage: CallState
    a_number: str | None
    b_number: str
    arrived_at: datetime
    pool_id: str | None
    queued_at: datetime | None
    consult_leg: str | None
    returned: bool
    legs: tuple[LiveLeg, ...]


def live_call(call: Call) -> LiveCall:
    return LiveCall(
        call_id=call.id,
        sequence=len(call.events),
        direction=call.direction,
        stage=call.stage,
        a_number=call.a_number,
        b_number=call.b_number,
        arrived_at=call.arrived_at,
        pool_id=call.visit.pool_id if call.visit else None,
        queued_at=call.visit.queued_at if call.visit else None,
        consult_leg=call.consult,
        returned=call.returned,
        legs=tuple(_live_leg(call, leg) for leg in call.open_legs()),
    )


def _live_leg(call: Call, leg: Leg) -> LiveLeg:
    other = call.other_than(leg)
    return LiveLeg(
        leg_id=leg.id,
        state=leg.state,
        since=leg.since,
        user_id=leg.user_id,
        number=leg.number,
        pool_id=leg.pool_id,
        kind=leg.kind,
        terminal=leg.terminal,
        other=other.id if other else None,
    )
