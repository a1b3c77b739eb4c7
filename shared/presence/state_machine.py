"""What follows from the facts about one agent: at most one write a side, and what is remembered.

In a call do not disturb covers what Omnichannel showed, as ``in_call`` says. Drawn in docs/presence.md.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.presence.facts import BY_SYSTEM, NOBODY, Facts, Policy, after_write
from shared.presence.in_call import OMNICHANNEL, Cover, OmnichannelWrite
from shared.presence.model import AgentState, Availability, Episode, Purpose, Side, Write
from shared.presence.table import LAST_WORD, READING, News, Then, Word
from shared.statuses import Presence, StatusKind

TABLES = {"reading": READING, "last word": LAST_WORD, "Omnichannel": OMNICHANNEL}
"""By the name they have in the document."""


@dataclass(frozen=True)
class Writes:
    """What is to be written on each side, and what is remembered of the call."""

    omnichannel: Write | None
    phone: Write | None
    episode: Episode | None

    @property
    def all(self) -> tuple[Write, ...]:
        return tuple(write for write in (self.omnichannel, self.phone) if write)


def decide(facts: Facts) -> Writes:
    """Nothing is written that is shown already; it counts as done."""
    outcome = OMNICHANNEL.of(facts.call, facts.cover, facts.phones, facts.kind)
    episode, wanted = _episode(facts, outcome.cover), _wanted(facts, outcome.wish)
    if wanted and wanted[1].id == facts.shown.presence.id:
        episode, wanted = after_write(episode, wanted[0]), None
    return Writes(_on_omnichannel(facts, wanted), _on_phone(facts), episode)


def _episode(facts: Facts, cover: Cover) -> Episode | None:
    if cover is Cover.NONE:
        return NOBODY if facts.before.in_call else None
    return Episode(facts.counts, is_set=cover is Cover.SET)


def _wanted(facts: Facts, wish: OmnichannelWrite) -> tuple[Purpose, Presence] | None:
    match wish:
        case OmnichannelWrite.PENDING:
            return facts.wanted
        case OmnichannelWrite.NOTHING:
            return None
        case OmnichannelWrite.MIRROR:
            return Purpose.MIRROR, facts.counts
        case OmnichannelWrite.IN_CALL:
            return Purpose.IN_CALL, facts.policy.dnd
        case OmnichannelWrite.RESTORE:
            return Purpose.RESTORE, facts.counts
        case OmnichannelWrite.REPAIR:
            return Purpose.REPAIR, facts.policy.dnd


def _on_omnichannel(facts: Facts, wanted: tuple[Purpose, Presence] | None) -> Write | None:
    if wanted is None:
        return None
    pending = facts.pending
    if pending and facts.reading.then is Then.STAYS and wanted == (pending.purpose, pending.presence):
        return _again(facts, pending)
    return _new(facts, Side.OMNICHANNEL, *wanted)


def _on_phone(facts: Facts) -> Write | None:
    """A write waits as it is while nobody can see whether it is done already."""
    pending = facts.pending_on_phone if facts.reading_of_phone.then is Then.STAYS else None
    if facts.word is Word.OMNICHANNEL:
        kind = _of_omnichannel(facts).kind
        if facts.phone is None or (facts.phone.kind is kind and not _is_to_outlast(facts, facts.phone)):
            return None
        if pending is None or pending.kind is not kind:
            return _new(facts, Side.PHONE, Purpose.MIRROR, kind)
    return _again(facts, pending) if pending and facts.seen.phone else pending


def _is_to_outlast(facts: Facts, phone: Availability) -> bool:
    """Whether a person has chosen in Omnichannel, without an end, what the phone shows with one."""
    return phone.ends_at is not None and facts.shown.by != BY_SYSTEM


def _of_omnichannel(facts: Facts) -> Presence:
    """What Omnichannel is to be, without what covers it in a call."""
    return facts.presence_before_dnd or (facts.wanted[1] if facts.wanted else facts.shown.presence)


def _again(facts: Facts, write: Write) -> Write:
    """One that was decided on earlier and is still to be done."""
    return replace(write, held_until=facts.now + facts.policy.hold, tried=True, doubtful=write.tried)


def _new(facts: Facts, side: Side, purpose: Purpose, value: Presence | StatusKind) -> Write:
    caused_at = facts.changed_at(phone=facts.phone_differs, omnichannel=facts.omnichannel_differs)
    return new_write(side, purpose, value, facts.before.changes + 1, caused_at, facts.policy, facts.now)


def new_write(
    side: Side,
    purpose: Purpose,
    value: Presence | StatusKind,
    change: int,
    caused_at: datetime,
    policy: Policy,
    now: datetime,
) -> Write:
    """``value`` fits the side; ``change`` is the number of the change that it answers."""
    return Write(
        side=side,
        purpose=purpose,
        cause=f"{change}/{purpose}/{side}",
        decided_at=now,
        caused_at=caused_at,
        held_until=now + policy.hold,
        presence=value if isinstance(value, Presence) else None,
        kind=value if isinstance(value, StatusKind) else None,
    )


def after(facts: Facts, writes: Writes) -> AgentState:
    """The agent as this reconciliation leaves them."""
    before, is_ours = facts.before, facts.reading.news is News.OURS
    has_changed = facts.is_phone_changed or facts.is_omnichannel_changed
    has_news = has_changed or set(writes.all) != set(before.pending)
    return replace(
        before,
        phone=facts.phone,
        omnichannel=facts.shown,
        episode=writes.episode,
        presence_before_timed_status=_before_timed_status(facts),
        pending=writes.all,
        abandoned=_abandoned(facts, writes),
        written=facts.pending if is_ours else None if facts.is_omnichannel_changed else before.written,
        overwritten_at=facts.known.at if is_ours else before.overwritten_at,
        faults=tuple(fault for fault in before.faults if fault.side in {write.side for write in writes.all}),
        last_user_change_at=_last_user_change_at(facts) if has_changed else before.last_user_change_at,
        signs_in=before.signs_in and facts.seen.phone is None,
        changes=before.changes + 1 if has_news else before.changes,
    )


def _before_timed_status(facts: Facts) -> Presence | None:
    """What a status with an end covers comes back with that end, unless Omnichannel is changed meanwhile."""
    covered = facts.before.presence_before_timed_status
    if facts.word is Word.NOBODY:
        return covered
    if facts.word is Word.OMNICHANNEL or facts.phone is None or facts.phone.ends_at is None:
        return None
    return covered or facts.presence_before_dnd or facts.shown.presence


def _abandoned(facts: Facts, writes: Writes) -> Write | None:
    if facts.pending and _may_come_late(facts, facts.pending, writes):
        return facts.pending
    return None if facts.reading.news is News.LATE else facts.before.abandoned


def _may_come_late(facts: Facts, pending: Write, writes: Writes) -> bool:
    """Whether a try of it may: one that was not seen and is wanted no more, or one before that which was seen."""
    match facts.reading.then:
        case Then.GIVEN_UP:
            return True
        case Then.ENDS:
            return pending.doubtful
        case Then.STAYS:
            is_wanted = writes.omnichannel is not None and writes.omnichannel.cause == pending.cause
            return pending.tried and not is_wanted


def _last_user_change_at(facts: Facts) -> datetime:
    changed_at = facts.changed_at(phone=facts.is_phone_changed, omnichannel=facts.is_omnichannel_changed)
    return max(changed_at, facts.before.last_user_change_at or changed_at)
