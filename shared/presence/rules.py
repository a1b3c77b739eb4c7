"""The state machine of one agent's status: pure (E1-E5, design.md rule 9).

Both sides are read, never guessed from a notice: what is read differs from what was last dealt with, or it does not. So
repeated, reordered and lost notices change nothing. ``reconcile`` decides which side has to be written and notes that
before anybody writes; ``carried_out`` and ``failed`` note what became of it. A side that shows what we wrote is an
echo, by its value and its time; a side that shows anything else was changed by a person or the system, and that
counts.
"""

from dataclasses import replace
from datetime import datetime

from shared.presence.facts import Facts, Policy, Seen, after_write, was_set_by_us
from shared.presence.model import AgentState, Availability, PresenceShown, Purpose, Side, Write, WriteFault
from shared.presence.state_machine import after, decide, new_write
from shared.statuses import Presence


def reconcile(state: AgentState, seen: Seen, policy: Policy, now: datetime) -> AgentState:
    """The state after dealing with what is seen; its ``pending`` writes are then to be done by who asked.

    While somebody else holds a write, nothing is decided.
    """
    if is_held(state, now):
        return state
    facts = Facts(state, seen, policy, now)
    return after(facts, decide(facts))


def is_held(state: AgentState, now: datetime) -> bool:
    return any(write.held_until > now for write in state.pending)


def carried_out(
    state: AgentState, write: Write, shown: PresenceShown | Availability | None, now: datetime
) -> AgentState:
    """After a write: ``shown`` is what its side shows now, None where that could not be read.

    An earlier try of it may still come through.
    """
    if write not in state.pending:
        return state
    state = replace(
        state,
        pending=tuple(one for one in state.pending if one != write),
        faults=tuple(fault for fault in state.faults if fault.side is not write.side),
    )
    if write.presence is None:
        return replace(state, phone=shown) if isinstance(shown, Availability) else state
    return replace(
        state,
        omnichannel=_as_written(write, write.presence, shown),
        written=write,
        overwritten_at=state.omnichannel.at if state.omnichannel else None,
        episode=after_write(state.episode, write.purpose),
        abandoned=replace(write, held_until=now) if write.doubtful else state.abandoned,
    )


def _as_written(write: Write, presence: Presence, shown: object) -> PresenceShown:
    """What we know to be there. Where somebody was faster than our read, the next read finds it changed."""
    if not isinstance(shown, PresenceShown):
        return PresenceShown(presence)
    return shown if was_set_by_us(shown, presence) else PresenceShown(presence, write.decided_at)


def failed(state: AgentState, write: Write, code: str, now: datetime, *, may_be_done: bool) -> AgentState:
    """After a write that did not succeed: it stays to be done, and the fault is to be seen."""
    if write not in state.pending:
        return state
    again = replace(write, held_until=now, tried=may_be_done or write.doubtful)
    state = with_fault(state, write.side, code, now)
    return replace(state, pending=tuple(again if one == write else one for one in state.pending))


def usual(write: Write, policy: Policy) -> Write | None:
    """The same write with the usual presence of its kind; None where that is what it has, or it has none."""
    if write.presence is None:
        return None
    presence = policy.presences[write.presence.kind]
    return None if presence.id == write.presence.id else replace(write, presence=presence)


def instead(state: AgentState, write: Write, replacement: Write) -> AgentState:
    """With one write in the place of another; what a call gives back afterwards is the new one's."""
    if write not in state.pending:
        return state
    episode = state.episode
    if episode and episode.before == write.presence:
        episode = replace(episode, before=replacement.presence)
    pending = tuple(replacement if one == write else one for one in state.pending)
    return replace(state, pending=pending, episode=episode)


def with_fault(state: AgentState, side: Side, code: str, now: datetime) -> AgentState:
    """With the fault of a side that could not be read or written."""
    known = next((fault for fault in state.faults if fault.side is side), None)
    fault = replace(known, code=code, times=known.times + 1) if known else WriteFault(side, code, now)
    return replace(state, faults=(*(one for one in state.faults if one.side is not side), fault))


def with_late_news(state: AgentState, news: PresenceShown, policy: Policy, now: datetime) -> AgentState:
    """A presence that somebody chose in the instant between our read and our write, which then wrote over it.

    It is given back; in a call it is what comes back afterwards. Other news changes nothing here: the sides are read.
    """
    at = news.at
    if at is None or state.pending or not was_written_over(state, news.presence.id, at):
        return state
    state = replace(
        state,
        overwritten_at=at,
        last_user_change_at=at,
        changes=state.changes + 1,
        presence_before_timed_status=None,
    )
    repair, mirror = (
        new_write(side, purpose, value, state.changes, at, policy, now)
        for side, purpose, value in (
            (Side.OMNICHANNEL, Purpose.REPAIR, news.presence),
            (Side.PHONE, Purpose.MIRROR, news.presence.kind),
        )
    )
    is_phone_other = state.phone is not None and state.phone.kind is not news.presence.kind
    pending = (mirror,) if is_phone_other else ()
    if state.episode and state.episode.is_set:
        return replace(state, episode=replace(state.episode, before=news.presence), pending=pending)
    return replace(state, pending=(repair, *pending))


def was_written_over(state: AgentState, presence_id: str, at: datetime) -> bool:
    """Whether it was set after what we knew of and before our write, which is what is there now.

    Within the second of our write it came before it: after it, it would be what is there now.
    """
    shown, write = state.omnichannel, state.written
    if not (shown and shown.at and write and write.presence and shown.presence.id == write.presence.id):
        return False
    if presence_id == write.presence.id or at > shown.at:
        return False
    if any(at <= moment for moment in (state.overwritten_at, state.last_user_change_at) if moment):
        return False
    return write.purpose is not Purpose.MIRROR or at > write.caused_at


def with_report(state: AgentState, shown: PresenceShown) -> AgentState:
    """With what a phone reports of Omnichannel, for the next reconciliation; old news and what is known are dropped."""
    known = state.reported or state.omnichannel
    if known and known.at and shown.at and shown.at < known.at:
        return state
    state = _renamed(state, shown.presence)
    if known and shown.presence.id == known.presence.id:
        return state
    return replace(state, reported=shown)


def _renamed(state: AgentState, presence: Presence) -> AgentState:
    """With the text that a presence has now wherever it is kept: the phone sets it by that."""

    def now(kept: Presence | None) -> Presence | None:
        return replace(kept, text=presence.text) if kept and presence.text and kept.id == presence.id else kept

    def shown_now(kept: PresenceShown | None) -> PresenceShown | None:
        return replace(kept, presence=now(kept.presence) or kept.presence) if kept else None

    return replace(
        state,
        omnichannel=shown_now(state.omnichannel),
        reported=shown_now(state.reported),
        episode=replace(state.episode, before=now(state.episode.before)) if state.episode else None,
        presence_before_timed_status=now(state.presence_before_timed_status),
        pending=tuple(replace(write, presence=now(write.presence)) for write in state.pending),
    )


def release(state: AgentState, side: Side, now: datetime) -> AgentState:
    """The writes of a side are for somebody else to do, who sees by what the side shows that they are done."""
    return replace(
        state,
        pending=tuple(replace(one, held_until=now) if one.side is side else one for one in state.pending),
    )
