"""One decision about one agent: what has changed since the last, which change counts, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.presence.model import AgentState, Availability, Episode, PresenceShown, Purpose, Side, Write
from shared.statuses import Presence, StatusKind

LATE_FOR = timedelta(seconds=30)
"""How long after it was given up a write may still come through."""
FRESH = timedelta(seconds=60)
SKEW = timedelta(seconds=5)
"""How far the clocks of the systems may be apart."""
BY_SYSTEM = "SYSTEM"
NOBODY = Episode(None)
"""In a call with nothing to give back: a person or the system has the say."""


@dataclass(frozen=True)
class Policy:
    """``presences``: what a kind is in Omnichannel; ``dnd``: what an agent in a call is; ``lease``: how long a sign of
    life holds a call; ``hold``: how long a write is left to whoever decided on it."""

    presences: Mapping[StatusKind, Presence]
    dnd: Presence
    lease: timedelta
    hold: timedelta


@dataclass(frozen=True)
class Seen:
    """What both sides show; ``phone`` None where the voice cloud does not answer."""

    phone: Availability | None
    omnichannel: PresenceShown


class Writes:
    """At most one write a side; a later wish replaces an earlier one."""

    def __init__(self, policy: Policy, now: datetime, cause: str, caused_at: datetime) -> None:
        self._policy = policy
        self._now = now
        self._cause = cause
        self._caused_at = caused_at
        self._wanted: dict[Side, Write] = {}
        self.abandoned: Write | None = None

    @property
    def all(self) -> tuple[Write, ...]:
        return tuple(self._wanted.values())

    def on(self, side: Side) -> Write | None:
        return self._wanted.get(side)

    def keep(self, write: Write) -> None:
        """One that was decided on earlier and is still to be done."""
        held_until = self._now + self._policy.hold
        self._wanted[write.side] = replace(write, held_until=held_until, tried=True, doubtful=write.tried)

    def wait(self, write: Write) -> None:
        """One that cannot be done now, because nobody can see whether it is done already."""
        self._wanted[write.side] = write

    def drop(self, side: Side, *purposes: Purpose) -> None:
        """Whatever is wanted of a side, or only what is wanted for these purposes."""
        write = self._wanted.get(side)
        if write is None or (purposes and write.purpose not in purposes):
            return
        del self._wanted[side]
        if write.doubtful and write.presence:
            self.abandoned = write

    def want_presence(self, purpose: Purpose, presence: Presence) -> None:
        wanted = self.on(Side.OMNICHANNEL)
        if wanted and (wanted.purpose, wanted.presence) == (purpose, presence):
            return
        self.drop(Side.OMNICHANNEL)
        self._wanted[Side.OMNICHANNEL] = self._made(Side.OMNICHANNEL, purpose, presence=presence)

    def want_kind(self, kind: StatusKind) -> None:
        wanted = self.on(Side.PHONE)
        if wanted and wanted.kind is kind:
            return
        self._wanted[Side.PHONE] = self._made(Side.PHONE, Purpose.MIRROR, kind=kind)

    def _made(
        self, side: Side, purpose: Purpose, presence: Presence | None = None, kind: StatusKind | None = None
    ) -> Write:
        return Write(
            side=side,
            purpose=purpose,
            cause=f"{self._cause}/{purpose}/{side}",
            decided_at=self._now,
            caused_at=self._caused_at,
            held_until=self._now + self._policy.hold,
            presence=presence,
            kind=kind,
        )


class Decision:
    """One reconciliation; ``made`` gives the state after it."""

    def __init__(self, state: AgentState, seen: Seen, policy: Policy, now: datetime) -> None:
        self._before = state
        self._policy = policy
        self._now = now
        self._is_phone_seen = seen.phone is not None
        self._phone = seen.phone or state.phone
        self._shown = seen.omnichannel
        self._known = state.omnichannel or seen.omnichannel
        self._known_phone = state.phone
        self._episode = state.episode
        self._presence_before_timed_status = state.presence_before_timed_status
        self._is_in_call = state.in_call
        self._abandoned = state.abandoned
        self._last_user_change_at = state.last_user_change_at
        self._written = state.written
        self._overwritten_at = state.overwritten_at
        phone_changed, shown_changed = self._phone_differs(), self._shown_differs()
        caused_at = self._changed_at(phone_changed, shown_changed)
        self._writes = Writes(policy, now, str(state.changes + 1), caused_at)

    def made(self) -> AgentState:
        is_echo = {side: self._take_over_pending(side) for side in Side}
        phone_changed = self._phone_differs() and not is_echo[Side.PHONE]
        shown_changed = self._shown_differs() and not is_echo[Side.OMNICHANNEL]
        if shown_changed and self._comes_late():
            shown_changed = False
        if shown_changed and self._episode and not self._is_call_waiting():
            self._episode = NOBODY
        self._begin_call()
        if shown_changed:
            self._written = None
        if shown_changed or phone_changed:
            moments = (self._before.last_user_change_at, self._changed_at(phone_changed, shown_changed))
            self._last_user_change_at = max(moment for moment in moments if moment)
        if phone_changed and self._phone_is_later(shown_changed):
            self._mirror_to_omnichannel()
        elif shown_changed or phone_changed:
            self._mirror_to_phone()
        elif self._before.signs_in:
            self._agree()
        self._end_call()
        self._leave_out_what_is_there()
        return self._result(phone_changed or shown_changed)

    def _agree(self) -> None:
        """At sign-in both sides become one: what a person wished last counts. Nobody wishes Omnichannel to be offline
        because no browser is open."""
        phone, shown = self._phone, self._shown
        if phone is None or phone.kind is shown.presence.kind or self._is_in_call or self._episode or self._writes.all:
            return
        is_nobodys = shown.at is None or (shown.by == BY_SYSTEM and shown.presence.kind is StatusKind.OFF_WORK)
        if is_nobodys or (phone.since and shown.at and phone.since > shown.at):
            self._mirror_to_omnichannel()
        else:
            self._mirror_to_phone()

    def _leave_out_what_is_there(self) -> None:
        """Nothing is written that is shown already; it counts as done."""
        write = self._writes.on(Side.OMNICHANNEL)
        if write is None or write.presence is None or write.presence.id != self._shown.presence.id:
            return
        self._writes.drop(Side.OMNICHANNEL)
        if write.purpose is Purpose.IN_CALL and self._episode:
            self._episode = replace(self._episode, is_set=True)
        elif write.purpose is Purpose.RESTORE:
            self._episode = None

    def _result(self, has_changed: bool) -> AgentState:
        wanted = {write.side for write in self._writes.all}
        has_news = has_changed or self._writes.all != self._before.pending
        return replace(
            self._before,
            phone=self._phone,
            omnichannel=self._shown,
            episode=self._episode,
            presence_before_timed_status=self._presence_before_timed_status,
            pending=self._writes.all,
            abandoned=self._writes.abandoned or self._abandoned,
            written=self._written,
            overwritten_at=self._overwritten_at,
            faults=tuple(fault for fault in self._before.faults if fault.side in wanted),
            last_user_change_at=self._last_user_change_at,
            signs_in=self._before.signs_in and not self._is_phone_seen,
            changes=self._before.changes + 1 if has_news else self._before.changes,
        )

    def _phone_differs(self) -> bool:
        if self._phone is None:
            return False
        if self._known_phone is None:
            return self._is_fresh(self._phone.since)
        return (self._phone.event_id, self._phone.kind) != (self._known_phone.event_id, self._known_phone.kind)

    def _shown_differs(self) -> bool:
        """A presence that was set again counts as changed: somebody wants it."""
        if self._before.omnichannel is None:
            return self._is_fresh(self._shown.at)
        if self._shown.presence.id != self._known.presence.id:
            return True
        return self._known.at is not None and self._shown.at != self._known.at

    def _is_fresh(self, at: datetime | None) -> bool:
        """What the first reconciliation finds is left as it is, but for a change that was just made."""
        return at is not None and self._now - at < FRESH

    def _changed_at(self, phone_changed: bool, shown_changed: bool) -> datetime:
        moments = [self._phone_since()] if phone_changed else []
        moments += [self._shown.at or self._now] if shown_changed else []
        return max(moments, default=self._now)

    def _phone_since(self) -> datetime:
        """A status that comes back when another ends has begun earlier, but counts from that end."""
        known, since = self._known_phone, self._phone.since if self._phone else None
        if since and (known is None or known.since is None or since > known.since):
            return since
        return (known.ends_at if known else None) or self._now

    def _phone_is_later(self, shown_changed: bool) -> bool:
        """Than the last thing somebody wished of either side, seen now or before."""
        last_user_change_at = self._shown.at if shown_changed else self._before.last_user_change_at
        return last_user_change_at is None or self._phone_since() > last_user_change_at

    def _take_over_pending(self, side: Side) -> bool:
        """A write decided on earlier: seen as done, still to be done, or overtaken. True when what is seen is it."""
        write = self._before.pending_on(side)
        if write is None:
            return False
        if side is Side.PHONE and not self._is_phone_seen:
            self._writes.wait(write)
            return False
        if not (self._shown_differs() if write.presence else self._phone_differs()):
            self._writes.keep(write)
            return False
        if write.presence and self._is_ours(write.presence) and write.tried:
            self._note_done(write)
            return True
        if write.kind and self._phone and self._phone.kind is write.kind:
            return True
        is_waiting = write.purpose is Purpose.IN_CALL and not write.tried
        if is_waiting and self._episode and self._shown.presence.kind is not StatusKind.DND:
            self._writes.keep(write)
            self._episode = replace(self._episode, before=self._shown.presence)
        elif write.tried and write.presence:
            self._abandoned = write
        return False

    def _is_ours(self, presence: Presence) -> bool:
        return self._shown.presence.id == presence.id and self._shown.by != BY_SYSTEM

    def _note_done(self, write: Write) -> None:
        self._written, self._overwritten_at = write, self._known.at
        if write.purpose is Purpose.IN_CALL and self._episode:
            self._episode = replace(self._episode, is_set=True)
        elif write.purpose is Purpose.RESTORE:
            self._episode = None

    def _is_call_waiting(self) -> bool:
        """In a call, and our do-not-disturb has certainly not been set yet."""
        write = self._writes.on(Side.OMNICHANNEL)
        return write is not None and write.purpose is Purpose.IN_CALL

    def _comes_late(self) -> bool:
        """Whether what is seen is a write of ours that was given up and has come through all the same."""
        write, at = self._abandoned, self._shown.at
        if write is None or write.presence is None or not self._is_ours(write.presence):
            return False
        if at is None or not write.decided_at - SKEW <= at <= write.held_until + LATE_FOR:
            return False
        self._abandoned = None
        if self._is_in_call and write.presence.id == self._policy.dnd.id:
            before = self._episode.before if self._episode else None
            self._writes.drop(Side.OMNICHANNEL, Purpose.IN_CALL)
            self._episode = Episode(before or self._known.presence, is_set=True)
        elif self._writes.on(Side.OMNICHANNEL) is None:
            self._writes.want_presence(Purpose.REPAIR, self._known.presence)
        return True

    def _begin_call(self) -> None:
        if not self._is_in_call:
            return
        if self._episode is None:
            wanted = self._writes.on(Side.OMNICHANNEL)
            before = wanted.presence if wanted and wanted.presence else self._shown.presence
            if before.kind is StatusKind.DND:
                self._episode = NOBODY
            else:
                self._episode = Episode(before)
                self._writes.want_presence(Purpose.IN_CALL, self._policy.dnd)
        elif self._episode.is_set:
            self._writes.drop(Side.OMNICHANNEL, Purpose.RESTORE)

    def _mirror_to_omnichannel(self) -> None:
        phone, known = self._phone, self._known_phone
        if phone is None:
            return
        own = self._episode if self._episode and self._episode.before else None
        target = self._policy.presences[phone.kind]
        if (
            self._presence_before_timed_status
            and self._presence_before_timed_status.kind is phone.kind
            and known
            and known.ends_at
        ):
            target = self._presence_before_timed_status
        if phone.ends_at is None:
            self._presence_before_timed_status = None
        elif self._presence_before_timed_status is None:
            self._presence_before_timed_status = own.before if own else self._shown.presence
        if own:
            self._change_what_comes_back(own, target)
        elif self._is_in_call and self._shown.presence.kind is StatusKind.DND:
            self._episode = NOBODY if phone.kind is StatusKind.DND else Episode(target, is_set=True)
        elif self._shown.presence.kind is not phone.kind:
            self._writes.want_presence(Purpose.MIRROR, target)
        else:
            self._writes.drop(Side.OMNICHANNEL, Purpose.MIRROR, Purpose.REPAIR)

    def _change_what_comes_back(self, own: Episode, target: Presence) -> None:
        """In a call the change shows when it is over; do not disturb shows already."""
        if target.kind is not StatusKind.DND:
            is_same = own.before is not None and own.before.kind is target.kind
            self._episode = own if is_same else replace(own, before=target)
            return
        self._episode = NOBODY
        self._writes.drop(Side.OMNICHANNEL, Purpose.IN_CALL, Purpose.RESTORE)
        if not own.is_set:
            self._writes.want_presence(Purpose.MIRROR, target)

    def _mirror_to_phone(self) -> None:
        self._presence_before_timed_status = None
        kind = self._shown.presence.kind
        if self._phone and self._phone.kind is not kind:
            self._writes.want_kind(kind)
        else:
            self._writes.drop(Side.PHONE)

    def _end_call(self) -> None:
        if self._is_in_call or self._episode is None:
            return
        self._writes.drop(Side.OMNICHANNEL, Purpose.IN_CALL)
        before = self._episode.before
        if before and self._episode.is_set:
            self._writes.want_presence(Purpose.RESTORE, before)
            return
        if before and before.id != self._shown.presence.id:
            self._writes.want_presence(Purpose.MIRROR, before)
        self._episode = None
