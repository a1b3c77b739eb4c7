"""What is true of one agent at a reconciliation: pure, and each fact for itself, whatever is asked first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from shared.presence.in_call import CallFact, Cover, Kind, PhoneFact
from shared.presence.model import AgentState, Availability, Episode, PresenceShown, Purpose, Side, Write
from shared.presence.table import (
    LAST_WORD,
    READING,
    News,
    OmnichannelFact,
    OpeningFact,
    Pending,
    Phone,
    Reading,
    Shows,
    Then,
    Word,
)
from shared.statuses import Presence, StatusKind

LATE_FOR = timedelta(seconds=30)
"""How long after its last try was over a write may still come through."""
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


@dataclass(frozen=True)
class Facts:
    """``before``: the agent as the last reconciliation and the news of calls have left them."""

    before: AgentState
    seen: Seen
    policy: Policy
    now: datetime

    @property
    def phone(self) -> Availability | None:
        return self.seen.phone or self.before.phone

    @property
    def shown(self) -> PresenceShown:
        return self.seen.omnichannel

    @property
    def known(self) -> PresenceShown:
        return self.before.omnichannel or self.shown

    @property
    def pending(self) -> Write | None:
        return self.before.pending_on(Side.OMNICHANNEL)

    @property
    def pending_on_phone(self) -> Write | None:
        return self.before.pending_on(Side.PHONE)

    @property
    def call(self) -> CallFact:
        return CallFact.YES if self.before.in_call else CallFact.NO

    # What each side shows, and whose it is.

    @property
    def phone_differs(self) -> bool:
        """What the first reconciliation finds is left as it is, but for a change that was just made."""
        phone, known = self.phone, self.before.phone
        if phone is None or known is None:
            return phone is not None and self._is_fresh(phone.since)
        return (phone.event_id, phone.kind) != (known.event_id, known.kind)

    @property
    def omnichannel_differs(self) -> bool:
        """A presence that was set again counts as changed: somebody wants it. Where we have written it and could not
        read when, it is still ours unless Dynamics has set it."""
        if self.before.omnichannel is None:
            return self._is_fresh(self.shown.at)
        if self.shown.presence.id != self.known.presence.id:
            return True
        if self.known.at is None:
            return self.before.written is not None and self.shown.by == BY_SYSTEM
        return self.shown.at != self.known.at

    def _is_fresh(self, at: datetime | None) -> bool:
        return at is not None and self.now - at < FRESH

    @cached_property
    def reading_of_phone(self) -> Reading:
        """A write there is never given up: at the voice cloud nobody can tell it from somebody's choice."""
        write, phone = self.pending_on_phone, self.phone
        if phone is None or not self.phone_differs:
            return READING.of(Shows.KNOWN, Pending.UNTRIED)
        is_ours = write is not None and write.kind is phone.kind
        return READING.of(Shows.OURS if is_ours else Shows.OTHER, Pending.UNTRIED)

    @cached_property
    def reading(self) -> Reading:
        """Of Omnichannel."""
        return READING.of(self._shows(), self._is_pending())

    def _shows(self) -> Shows:
        write = self.pending
        if not self.omnichannel_differs:
            return Shows.KNOWN
        if write and write.tried and self._is_ours(write):
            return Shows.OURS
        if self._comes_late():
            return Shows.GIVEN_UP
        return Shows.DND if self.shown.presence.kind is StatusKind.DND else Shows.OTHER

    def _is_pending(self) -> Pending:
        write = self.pending
        if write is None:
            return Pending.NONE
        if write.tried:
            return Pending.TRIED
        return Pending.CALL if write.purpose is Purpose.IN_CALL else Pending.UNTRIED

    def _is_ours(self, write: Write) -> bool:
        return was_set_by_us(self.shown, write.presence)

    def _comes_late(self) -> bool:
        """Whether what is seen is a write of ours that was given up and has come through all the same."""
        write, at = self.before.abandoned, self.shown.at
        if write is None or at is None or not self._is_ours(write):
            return False
        return write.decided_at - SKEW <= at <= write.held_until + LATE_FOR

    @property
    def is_phone_changed(self) -> bool:
        return self.reading_of_phone.news is News.SOMEBODYS

    @property
    def is_omnichannel_changed(self) -> bool:
        return self.reading.news is News.SOMEBODYS

    # When it was changed.

    def changed_at(self, *, phone: bool, omnichannel: bool) -> datetime:
        """The later of the changes that are asked for; now where there is none."""
        moments = [self._phone_since()] if phone else []
        moments += [self.shown.at or self.now] if omnichannel else []
        return max(moments, default=self.now)

    def _phone_since(self) -> datetime:
        """A status that comes back when another ends has begun earlier, but counts from that end, or from now."""
        known, since = self.before.phone, self.phone.since if self.phone else None
        if since and (known is None or known.since is None or since > known.since):
            return since
        return min((known.ends_at if known else None) or self.now, self.now)

    # What a call covers.

    @cached_property
    def wanted(self) -> tuple[Purpose, Presence] | None:
        """What is left to be written in Omnichannel after what was read; a write that came late is taken back."""
        write = self.pending
        if write and write.presence and self.reading.then is Then.STAYS:
            return write.purpose, write.presence
        return (Purpose.REPAIR, self.known.presence) if self.reading.news is News.LATE else None

    @cached_property
    def episode(self) -> Episode | None:
        """What is known of the call; it begins here if nothing is, unless the agent is left alone already."""
        episode = self._episode_as_read()
        if episode or not self.before.in_call:
            return episode
        before = self.wanted[1] if self.wanted else self.shown.presence
        return NOBODY if before.kind is StatusKind.DND else Episode(before)

    def _episode_as_read(self) -> Episode | None:
        episode = self.before.episode
        match self.reading.news:
            case News.OURS if self.pending:
                return after_write(episode, self.pending.purpose)
            case News.LATE if self.wanted and self.before.in_call and self.shown.presence.id == self.policy.dnd.id:
                before = episode.before if episode else None
                return Episode(before or self.wanted[1], is_set=True)
            case News.SOMEBODYS if episode:
                return replace(episode, before=self.shown.presence) if self.reading.then is Then.STAYS else NOBODY
            case _:
                return episode

    @property
    def presence_before_dnd(self) -> Presence | None:
        """What our do not disturb covers, or is to cover."""
        return self.episode.before if self.episode else None

    @property
    def cover(self) -> Cover:
        if self.episode is None or self.episode.before is None:
            return Cover.NONE
        return Cover.SET if self.episode.is_set else Cover.WANTED

    # Who has the last word, and what counts then.

    @cached_property
    def word(self) -> Word:
        omnichannel = OmnichannelFact.CHANGED if self.is_omnichannel_changed else OmnichannelFact.UNCHANGED
        return LAST_WORD.of(self._phone_changed(), omnichannel, self._sign_in())

    def _phone_changed(self) -> Phone:
        """Before or after the last thing somebody wished of either side, seen now or before."""
        if not self.is_phone_changed:
            return Phone.UNCHANGED
        last = self.shown.at if self.is_omnichannel_changed else self.before.last_user_change_at
        return Phone.LAST if last is None or self._phone_since() > last else Phone.BEFORE

    def _sign_in(self) -> OpeningFact:
        """What a person wished last counts. Nobody wishes Omnichannel to be offline because no browser is open."""
        phone, shown = self.phone, self.shown
        is_busy = self.episode or self.wanted or (self.pending_on_phone and self.reading_of_phone.then is Then.STAYS)
        if phone is None or phone.kind is shown.presence.kind or is_busy or not self.before.signs_in:
            return OpeningFact.NO
        is_nobodys = shown.at is None or (shown.by == BY_SYSTEM and shown.presence.kind is StatusKind.OFF_WORK)
        is_phones = is_nobodys or (phone.since and shown.at and phone.since > shown.at)
        return OpeningFact.PHONE if is_phones else OpeningFact.OMNICHANNEL

    @property
    def phones(self) -> PhoneFact:
        if self.word is not Word.PHONE or self.phone is None:
            return PhoneFact.SILENT
        return PhoneFact.DND if self.phone.kind is StatusKind.DND else PhoneFact.OTHER

    @property
    def kind(self) -> Kind:
        kind = self.shown.presence.kind
        if kind is StatusKind.DND:
            return Kind.DND
        return Kind.SAME if self.phone and self.phone.kind is kind else Kind.OTHER

    @cached_property
    def counts(self) -> Presence:
        """What Omnichannel is to be, now or after the call: of the phone's kind where the phone has the last word."""
        before, phone = self.presence_before_dnd, self.phone
        if self.word is not Word.PHONE or phone is None:
            return before or self.shown.presence
        if before and before.kind is phone.kind:
            return before
        covered, known = self.before.presence_before_timed_status, self.before.phone
        if covered and covered.kind is phone.kind and known and known.ends_at:
            return covered
        return self.policy.presences[phone.kind]


def was_set_by_us(shown: PresenceShown, presence: Presence | None) -> bool:
    return presence is not None and shown.presence.id == presence.id and shown.by != BY_SYSTEM


def after_write(episode: Episode | None, purpose: Purpose) -> Episode | None:
    """What is known of a call once a write is there."""
    if purpose is Purpose.IN_CALL and episode:
        return replace(episode, is_set=True)
    return None if purpose is Purpose.RESTORE else episode
