"""Changes to people and pools: they act at once and outlive a restart (B1-B5, I2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clock import from_iso, to_iso
from shared.errors import InvalidInput, Missing
from voicecloud.ids import Ids
from voicecloud.organisation.codec import encode
from voicecloud.organisation.model import Document, DocumentKind, Simulated, User
from voicecloud.organisation.service import Directory
from voicecloud.prompts import pools
from voicecloud.records.model import Privacy
from voicecloud.routing import events
from voicecloud.routing.model import Member
from voicecloud.runtime.engine import Engine
from voicecloud.vocabulary.availability import PROFILES, AvailabilityClass, AvailabilityEntry


@dataclass(frozen=True)
class NewAvailability:
    """``profile`` is a name of ``PROFILES``. ``ends_at`` None takes the profile's usual length."""

    profile: str
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(eq=False, repr=False)
class Staff:
    """Tells routing first, which checks; then writes."""

    engine: Engine
    directory: Directory
    ids: Ids

    def restore(self) -> None:
        """Availability and switches of an earlier run."""
        for user in self.directory.users.values():
            self.welcome(user)

    def welcome(self, user: User) -> None:
        """A user whom routing knows since a moment ago."""
        now = self.engine.now()
        if user.is_person:
            stored = self.directory.document(DocumentKind.AVAILABILITY, user.id) or {"Events": []}
            for event in map(_event, stored["Events"]):
                if event.ends_at is None or event.ends_at > now:
                    self.engine.tell(_command(user.id, event))
            self.engine.tell(events.SetAccepting(user.id, user.accepting))
            if simulated := self.directory.simulated(user):
                self.engine.tell(events.TerminalChanged(user.id, simulated.terminal, True, simulated=True))

    def availability(self, user_id: str) -> AvailabilityEntry | None:
        """What holds now; None is plain Available. Raises Missing ``user-unknown``."""
        if not self.directory.user(user_id).is_person:
            return self._of_program(user_id)
        return self.engine.platform.availability(user_id, self.engine.now())

    async def set_availability(self, user_id: str, new: NewAvailability) -> AvailabilityEntry:
        """Raises InvalidInput ``availability-unknown`` or ``ends-before-start``, Missing ``user-unknown``."""
        profile = PROFILES.get(new.profile)
        if profile is None:
            raise InvalidInput("availability-unknown", f"an availability is one of {', '.join(PROFILES)}")
        starts_at = new.starts_at or self.engine.now()
        ends_at = new.ends_at
        if ends_at is None and profile.length_s is not None:
            ends_at = datetime.fromtimestamp(starts_at.timestamp() + profile.length_s, starts_at.tzinfo)
        event = AvailabilityEntry(self.ids.new(), profile.kind, starts_at, ends_at, new.profile, new.note)
        if not self.directory.user(user_id).is_person:
            await self._write_availability(user_id, [event])
            return event
        self.engine.tell(_command(user_id, event))
        await self._keep_availability(user_id)
        return event

    async def end_availability(self, user_id: str, event_id: str) -> None:
        """Raises Missing ``user-unknown`` or ``availability-unknown``."""
        if not self.directory.user(user_id).is_person:
            found = self._of_program(user_id)
            if found is None or found.id != event_id:
                raise Missing("availability-unknown", "there is no such availability event")
            await self._write_availability(user_id, [])
            return
        self.engine.tell(events.EndAvailability(user_id, event_id))
        await self._keep_availability(user_id)

    async def set_accepting(self, user_id: str, accepting: bool) -> None:
        """The master switch for pool calls; of a program it is only kept. Raises Missing ``user-unknown``."""
        if self.directory.user(user_id).is_person:
            self.engine.tell(events.SetAccepting(user_id, accepting))
        await self.directory.change(DocumentKind.USER, user_id, lambda stored: {**stored, "Accepting": accepting})

    async def set_privacy_default(self, user_id: str, privacy: Privacy) -> None:
        """What the user's direct calls are classified as from now on."""
        given = {"CallPrivacyDefault": privacy.value}
        await self.directory.change(DocumentKind.USER, user_id, lambda stored: {**stored, **given})

    async def set_simulated(self, user_id: str, simulated: Simulated | None) -> None:
        """Gives a user a simulated telephone in place of the one before, None: takes it away."""
        before = self.directory.user(user_id).simulated
        await self.directory.change(
            DocumentKind.USER, user_id, lambda stored: {**stored, "Simulated": encode(simulated)}
        )
        if before and (simulated is None or before.terminal is not simulated.terminal):
            self.engine.tell(events.TerminalChanged(user_id, before.terminal, False))
        if simulated:
            self.engine.tell(events.TerminalChanged(user_id, simulated.terminal, True, simulated=True))

    async def set_member(self, queue_id: str, member: Member) -> None:
        """Raises Missing ``pool-unknown`` or ``user-unknown``, InvalidInput ``skill-too-low``."""
        self.engine.tell(events.SetMember(queue_id, member))
        await self._keep_member(queue_id, member.user_id)

    async def remove_member(self, queue_id: str, user_id: str) -> None:
        """Raises Missing ``pool-unknown`` or ``member-unknown``."""
        self.engine.tell(events.RemoveMember(queue_id, user_id))
        await self._keep_member(queue_id, user_id)

    async def set_queue(self, queue_id: str, settings: Document) -> None:
        """Replaces the given settings of a pool (I3).

        Raises InvalidInput ``field-unknown``, ``field-value``, or ``prompt-value`` for a prompt that there is not.
        """
        lengths = self._prompt_lengths()
        pools.check_known(settings, lengths)

        def changed(stored: Document) -> Document:
            wanted = pools.merged(stored.get("Settings", {}), settings)
            return {**stored, "Settings": pools.measured(wanted, lengths)}

        await self.directory.change(DocumentKind.QUEUE, self.directory.queue(queue_id).id, changed)
        self.engine.tell(events.Configure(self.directory.routing()))

    async def prompts_changed(self) -> None:
        """The pools that name a prompt play it as long as it lasts now."""
        lengths = self._prompt_lengths()

        def changed(stored: Document) -> Document:
            return {**stored, "Settings": pools.measured(stored.get("Settings", {}), lengths)}

        for queue_id in list(self.directory.queues):
            await self.directory.change(DocumentKind.QUEUE, queue_id, changed)
        self.engine.tell(events.Configure(self.directory.routing()))

    def _prompt_lengths(self) -> dict[str, float]:
        prompts = self.directory.documents(DocumentKind.PROMPT)
        return {str(one["Id"]): float(one.get("DurationS") or 0) for one in prompts}

    async def _keep_availability(self, user_id: str) -> None:
        await self._write_availability(user_id, self.engine.platform.world.agent(user_id).availability)

    async def _write_availability(self, user_id: str, kept: Iterable[AvailabilityEntry]) -> None:
        documents = [_document(event) for event in kept]
        await self.directory.write(DocumentKind.AVAILABILITY, user_id, {"Id": user_id, "Events": documents})

    def _of_program(self, user_id: str) -> AvailabilityEntry | None:
        """An API user has no phone, so routing does not know it; its availability is only kept and shown."""
        stored = self.directory.document(DocumentKind.AVAILABILITY, user_id) or {"Events": []}
        now = self.engine.now()
        events_now = (event for event in map(_event, stored["Events"]) if event.starts_at <= now)
        return next((event for event in events_now if event.ends_at is None or event.ends_at > now), None)

    async def _keep_member(self, queue_id: str, user_id: str) -> None:
        """One member as they are now, added, changed or gone."""
        known = self._member(queue_id, user_id)

        def changed(stored: Document) -> Document:
            members = stored.get("Members", [])
            place = next((n for n, one in enumerate(members) if one["UserId"] == user_id), len(members))
            return {**stored, "Members": [*members[:place], *known, *members[place + 1 :]]}

        await self.directory.change(DocumentKind.QUEUE, queue_id, changed)
        if self._member(queue_id, user_id) != known:  # the configuration was read again meanwhile
            self.engine.tell(events.Configure(self.directory.routing()))

    def _member(self, queue_id: str, user_id: str) -> list[Document]:
        return [encode(one) for one in self.engine.platform.members(queue_id) if one.user_id == user_id]


def _command(user_id: str, event: AvailabilityEntry) -> events.SetAvailability:
    return events.SetAvailability(
        user_id, event.id, event.kind, event.profile, event.note, event.starts_at, event.ends_at
    )


def _document(event: AvailabilityEntry) -> dict[str, Any]:
    return {
        "Id": event.id,
        "Kind": event.kind.value,
        "StartTime": to_iso(event.starts_at),
        "EndTime": to_iso(event.ends_at) if event.ends_at else None,
        "Profile": event.profile,
        "Note": event.note,
    }


def _event(document: Document) -> AvailabilityEntry:
    ends_at = document["EndTime"]
    return AvailabilityEntry(
        document["Id"],
        AvailabilityClass(document["Kind"]),
        from_iso(document["StartTime"]),
        from_iso(ends_at) if ends_at else None,
        document["Profile"],
        document["Note"],
    )
