"""Brings the two sides of an agent in line: the handler of the ``presence`` queue (E, design.md rules 3 and 9).

Whatever is reported, the same follows: both sides are read, what has to be done is decided and noted by
compare-and-set, then written, then noted as written. Whoever is cut off anywhere finds on the next run what is still
to be done.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from shared.bus.events import CloudEvent
from shared.clock import Clock
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError
from shared.presence import messages
from shared.presence.call_leases import is_talking_asked, next_lease_end, with_news, without_expired
from shared.presence.facts import Policy, Seen
from shared.presence.model import (
    CALL,
    CHANGED,
    QUEUE,
    RECONCILE,
    AgentState,
    Availability,
    CallNews,
    PresenceShown,
    Side,
    Write,
)
from shared.presence.rules import (
    carried_out,
    failed,
    instead,
    is_held,
    reconcile,
    release,
    usual,
    with_fault,
    with_late_news,
    with_report,
)
from shared.presence.store import PresenceStore
from shared.settings.presence import Method, PresenceSettings
from shared.statuses import Presence, StatusKind
from shared.users.model import Agent

ROUNDS = 8
"""Lost races before a message is put off."""
HOLD = timedelta(seconds=45)
"""Longer than a write can take: after that whoever decided on it is dead."""
HELD_PAUSE_S = 0.3

log = logging.getLogger(__name__)


Agents = Callable[[], Awaitable[Mapping[str, Agent]]]
"""Gives the agents by their Dynamics user's id."""


class PhoneSide(Protocol):
    """The voice cloud's side; methods raise as ``Enreach`` says, and take 20 s at most."""

    async def read(self, agent: Agent) -> Availability | None:
        """None for a status that the settings have no kind for."""

    async def write(self, agent: Agent, kind: StatusKind) -> Availability: ...

    async def is_talking(self, agent: Agent) -> bool: ...


class OmnichannelSide(Protocol):
    """Omnichannel's side; methods raise as ``Dataverse`` says, and take 20 s at most."""

    async def read(self, agent: Agent) -> PresenceShown: ...

    async def write(self, agent: Agent, presence: Presence) -> None: ...

    async def presence(self, presence_id: str) -> Presence: ...


class EventSender(Protocol):
    async def send(self, queue: str, event: CloudEvent, *, delay_s: float = 0.0) -> None: ...


@dataclass(eq=False, repr=False, kw_only=True)
class Presences:
    """``settings`` gives the settings of presence as they are now."""

    settings: Callable[[], Awaitable[PresenceSettings]]
    agents: Agents
    phone: PhoneSide
    omnichannel: OmnichannelSide
    store: PresenceStore
    bus: EventSender
    clock: Clock

    async def process(self, event: CloudEvent) -> None:
        """Handles one message. Raises what stands in the way; the message is then tried again."""
        settings = await self.settings()
        agent = _addressed(event, await self.agents())
        if not settings.enabled or agent is None:
            await self._let_go(str(event.data.get("agent", "")).lower(), settings)
            return
        if event.type == CALL:
            await self.call(agent, messages.call_from(event), settings)
            return
        is_news = event.type == CHANGED and settings.method is Method.SERVER
        try:
            if not is_news or await self._take_news(agent, event, settings):
                await self.reconcile(agent, settings)
        except VoiceError as error:
            if not event.data.get("once"):
                raise
            log.warning("polled agent could not be brought in line", extra={"agent": agent.id, "error": str(error)})

    async def _let_go(self, agent_id: str, settings: PresenceSettings) -> None:
        """Whose status is mirrored no longer is not left in do-not-disturb by a call that began before.

        Their phone is not written: it may be nobody's any more.
        """
        if settings.method is not Method.SERVER or not agent_id:
            return
        state = await self.store.load(agent_id)
        if state.episode is None or await self._is_put_off(agent_id, state):
            return
        agent, policy, now = Agent(agent_id, ""), _policy(settings), self.clock()
        shown = await self.omnichannel.read(agent)
        decided = reconcile(replace(state, calls={}), Seen(None, shown), policy, now)
        decided = replace(decided, pending=tuple(one for one in decided.pending if one.side is Side.OMNICHANNEL))
        await self._write(agent, await self.store.save(agent_id, decided), policy)

    async def _is_put_off(self, agent_id: str, state: AgentState) -> bool:
        """Whether somebody else holds a write: the agent is reconciled once that is over."""
        now = self.clock()
        if not is_held(state, now):
            return False
        await self.bus.send(QUEUE, messages.reconcile_soon(agent_id, now), delay_s=_pause_s(state, now))
        return True

    async def call(self, agent: Agent, news: CallNews, settings: PresenceSettings) -> None:
        """A call of the agent began, goes on or ended."""
        policy = _policy(settings)
        await self._update(agent, lambda state: with_news(state, news, policy.lease, self.clock()))
        await self.reconcile(agent, settings)

    async def note_call(self, agent: Agent, news: CallNews, settings: PresenceSettings) -> None:
        """The phone's word on a call: noted at once; what follows from it is left to the queue."""
        if not settings.enabled:
            return
        now, lease = self.clock(), _policy(settings).lease
        before = await self.store.load(agent.id)
        after = await self._update(agent, lambda state: with_news(state, news, lease, now))
        if before.in_call != after.in_call:
            cause = f"{news.call_id}/{news.step}/{now.timestamp():.3f}"
            await self.bus.send(QUEUE, messages.reconcile_wanted(agent.id, cause, now))

    async def note_sign_in(self, agent: Agent, settings: PresenceSettings) -> None:
        """A phone was opened: both sides become one, whatever they were while nobody followed them."""
        if settings.enabled:
            await self._update(agent, lambda state: replace(state, signs_in=True))
            await self.bus.send(QUEUE, messages.reconcile_soon(agent.id, self.clock()))

    async def note_report(self, agent: Agent, presence: Presence, at: datetime, settings: PresenceSettings) -> None:
        """What the phone says Omnichannel shows; what is known already, and older news, change nothing."""
        shown = PresenceShown(presence, at)
        await self._update(agent, lambda state: with_report(state, shown))
        try:
            await self.reconcile(agent, settings)
        except VoiceError as error:
            log.warning("report noted, to be dealt with later", extra={"agent": agent.id, "error": str(error)})
            now = self.clock()
            await self.bus.send(QUEUE, messages.reconcile_soon(agent.id, now), delay_s=HELD_PAUSE_S)

    async def note_refusal(self, agent: Agent, cause: str, settings: PresenceSettings) -> None:
        """The phone could not set what was wanted: Omnichannel said no. It may try again at any time.

        What is refused twice may have been deleted in Dynamics: the usual presence of its kind is wanted then.
        """
        now, policy = self.clock(), _policy(settings)

        def refused(state: AgentState) -> AgentState:
            write = next((one for one in state.pending if one.cause == cause), None)
            if write is None:
                return state
            is_again = any(one.side is write.side and one.code == "presence-refused" for one in state.faults)
            replacement = (usual(write, policy) if is_again else None) or write
            return failed(instead(state, write, replacement), replacement, "presence-refused", now, may_be_done=True)

        await self._update(agent, refused)

    async def note_fault(self, agent: Agent, side: Side, code: str) -> None:
        """Something about a side that somebody has to mend."""
        now = self.clock()
        await self._update(agent, lambda state: with_fault(state, side, code, now))

    async def reconcile(self, agent: Agent, settings: PresenceSettings) -> None:
        """Reads both sides and writes what has to be.

        Raises Unavailable ``presence-contended``, and what the sides raise.
        """
        for _ in range(ROUNDS):
            try:
                if await self._reconcile_once(agent, settings):
                    return
            except Conflict:
                continue
        raise _contended()

    async def _reconcile_once(self, agent: Agent, settings: PresenceSettings) -> bool:
        """Whether that was all. Raises Conflict when another instance was faster."""
        policy, state = _policy(settings), await self.store.load(agent.id)
        if await self._is_put_off(agent.id, state):
            return True
        is_asked = is_talking_asked(state, self.clock())
        is_talking, deaf = await _tried(self.phone.is_talking(agent)) if is_asked else (None, None)
        phone, problem = await _tried(self.phone.read(agent))
        by_phone = settings.method is Method.PHONE
        shown = state.reported or state.omnichannel if by_phone else await self._read_omnichannel(agent)
        now = self.clock()
        decided = without_expired(state, is_talking, policy.lease, now)
        if by_phone:  # whose try of what is pending may be over only now
            decided = release(decided, Side.OMNICHANNEL, now)
        if shown is not None:
            decided = replace(reconcile(decided, Seen(phone, shown), policy, now), reported=None)
        if by_phone:
            decided = release(decided, Side.OMNICHANNEL, now)
        if decided != state or state.etag is None:
            decided = await self.store.save(agent.id, decided)
        await self._wake_up(agent, decided, now)
        after = await self._write(agent, decided, policy)
        if problem := problem or deaf:
            raise problem
        return by_phone or _is_settled(after)

    async def _read_omnichannel(self, agent: Agent) -> PresenceShown:
        """What only an administrator can mend is shown as a fault until it can be read."""
        try:
            return await self.omnichannel.read(agent)
        except Misconfigured as error:
            await self.note_fault(agent, Side.OMNICHANNEL, error.code)
            raise

    async def _write(self, agent: Agent, state: AgentState, policy: Policy) -> AgentState:
        """Does what was decided, each side whether or not the other fails.

        A presence that Dynamics has no more, or takes no more, is replaced by the usual one of its kind: nobody is
        left in do-not-disturb because the presence they had was deleted during the call.
        """
        problem: VoiceError | None = None
        todo = list(state.pending)
        for write in todo:
            if not write.held_until > self.clock():
                continue  # the phone's to do, or not to be done before its side can be read
            try:
                shown = await self._write_one(agent, write)
            except VoiceError as error:
                replacement = usual(write, policy) if isinstance(error, InvalidInput | Missing) else None
                if replacement:
                    log.warning("presence replaced by the usual one", extra={"agent": agent.id, "error": str(error)})
                    todo.append(replacement)
                    state = await self._update(agent, partial(instead, write=write, replacement=replacement))
                    continue
                problem = _as_problem(error)
                state = await self._note_failure(agent, write, problem, may_be_done=_may_be_done(error))
                continue
            log.info("presence written", extra={"agent": agent.id, "side": write.side, "cause": write.cause})
            state = await self._update(agent, partial(carried_out, write=write, shown=shown, now=self.clock()))
        if problem:
            raise problem
        return state

    async def _write_one(self, agent: Agent, write: Write) -> PresenceShown | Availability | None:
        if write.kind is not None:
            return await self.phone.write(agent, write.kind)
        if write.presence is None:
            return None
        await self.omnichannel.write(agent, write.presence)
        try:
            return await self.omnichannel.read(agent)
        except VoiceError:
            return None  # it is written; the next reconciliation reads it

    async def _note_failure(self, agent: Agent, write: Write, problem: VoiceError, *, may_be_done: bool) -> AgentState:
        now = self.clock()
        return await self._update(agent, lambda state: failed(state, write, problem.code, now, may_be_done=may_be_done))

    async def _take_news(self, agent: Agent, event: CloudEvent, settings: PresenceSettings) -> bool:
        """Whether to reconcile now; news that come while a write is under way are put off until it is done."""
        news, state, now = messages.presence_from(event), await self.store.load(agent.id), self.clock()
        if is_held(state, now):
            await self.bus.send(QUEUE, messages.again(event, now), delay_s=_pause_s(state, now))
            return False
        if state.written is None or news.at is None or not news.presence_id:
            return True
        shown = PresenceShown(await self.omnichannel.presence(news.presence_id), news.at, news.by)
        policy = _policy(settings)
        taken = with_late_news(state, shown, policy, self.clock())
        if taken != state and await self.omnichannel.read(agent) == state.omnichannel:
            try:
                await self._write(agent, await self.store.save(agent.id, taken), policy)
            except Conflict:
                raise _contended() from None
        return True

    async def _wake_up(self, agent: Agent, state: AgentState, now: datetime) -> None:
        """Asks to reconcile again at the next moment at which something changes by itself."""
        ends_at = state.phone.ends_at if state.phone else None
        for moment in (next_lease_end(state), ends_at):
            if moment is not None and moment > now:
                event = messages.reconcile_at_moment(agent.id, moment, now)
                await self.bus.send(QUEUE, event, delay_s=(moment - now).total_seconds())

    async def _update(self, agent: Agent, change: Callable[[AgentState], AgentState]) -> AgentState:
        """Changes the row by compare-and-set. Raises Unavailable ``presence-contended``."""
        return await self.store.update(agent.id, change)


async def _tried[Answer](asking: Awaitable[Answer]) -> tuple[Answer | None, VoiceError | None]:
    """A voice cloud that is away must not keep an agent in do-not-disturb."""
    try:
        return await asking, None
    except VoiceError as error:
        return None, error


def _addressed(event: CloudEvent, agents: Mapping[str, Agent]) -> Agent | None:
    """Whom an event is about, by either of the two ids; None where it is no agent. Raises ``malformed-presence``."""
    agent_id, user = event.data.get("agent"), event.data.get("user")
    if event.type not in {RECONCILE, CALL, CHANGED} or not (agent_id or user):
        raise InvalidInput("malformed-presence", "an event of presence names its agent")
    if agent_id:
        return agents.get(str(agent_id).lower())
    return next((agent for agent in agents.values() if agent.voice_id == user), None)


def _policy(settings: PresenceSettings) -> Policy:
    return Policy(settings.presences, settings.dnd, timedelta(seconds=settings.lease_s), HOLD)


def _pause_s(state: AgentState, now: datetime) -> float:
    """Short while a write is young; one that is old belongs to a process that died, and is waited out."""
    held_until = max(write.held_until for write in state.pending)
    held_for_s = (now - (held_until - HOLD)).total_seconds()
    return min(max(HELD_PAUSE_S, held_for_s), (held_until - now).total_seconds() + HELD_PAUSE_S)


def _is_settled(state: AgentState) -> bool:
    """Whether calls and presence agree, and what is there is known to be what was written."""
    is_known = state.omnichannel is None or state.written is None or state.omnichannel.at is not None
    return state.in_call == (state.episode is not None) and is_known


def _may_be_done(error: VoiceError) -> bool:
    return isinstance(error, Unavailable) and not isinstance(error, Throttled)


def _as_problem(error: VoiceError) -> VoiceError:
    """A refusal is tried again by the schedule all the same: an administrator can mend it meanwhile."""
    return Misconfigured("presence-refused", error.message) if isinstance(error, InvalidInput) else error


def _contended() -> Unavailable:
    return Unavailable("presence-contended", "another instance is at the same agent")
