"""The SIP trunk: calls of Janus' SIP plugin are legs of ours, their audio goes to the gateway by WebRTC.

Each handle has one call at a time: the first one is registered, the others help it (Janus SIP plugin, "helper").
Hold, transfer and recording are ours: the far end hears music or somebody else on the same SIP call. A REFER from
there is not followed.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import uuid4

import aiohttp

from shared.errors import InvalidInput, Unavailable, VoiceError
from voicecloud.ids import Ids
from voicecloud.media.client import MediaClient
from voicecloud.routing.effects import Bridge, CallNumber, Effect, Play, RecordVoicemail
from voicecloud.routing.events import CallArrived, Event, FarAnswered, FarRefused, KeyPressed, PartyLeft
from voicecloud.runtime.engine import Engine
from voicecloud.settings.sip import Account
from voicecloud.trunk.sip import rules
from voicecloud.trunk.sip.janus import JanusEvent, JanusSession

RING_BACK = "ring-back"
RETRY_S, RETRY_MAX_S = 1.0, 30.0
REGISTER_S = 10.0
REGISTERED = {"registered", "registration_failed"}
HANG_UP = {"request": "hangup"}
SAYS = {"ringing", "proceeding", "progress", "accepted"}
"""What the far end may answer to a call of ours."""

log = logging.getLogger(__name__)


class TrunkCallState(StrEnum):
    """``ARRIVING``: nobody knows of it yet but this module."""

    ARRIVING = "arriving"
    CALLED = "called"
    CALLING = "calling"
    TALKING = "talking"
    ENDING = "ending"


@dataclass(eq=False)
class SipCall:
    """``offer``: the far end's session description until the call is taken; ``media_id`` of a call that we make.

    ``is_heard_of`` once the far end has said something to a call of ours; ``asked``: the last request for this call.
    """

    handle: int
    leg_id: str
    stage: TrunkCallState
    offer: str | None = None
    media_id: str = ""
    has_answer: bool = False
    is_heard_of: bool = False
    asked: str = ""


@dataclass(eq=False, repr=False, kw_only=True)
class SipTrunk:
    """A trunk; performs also what makes a ringing call be taken. Made and used in one event loop."""

    account: Account
    engine: Engine
    gateway: MediaClient
    ids: Ids
    http: aiohttp.ClientSession
    _session: JanusSession | None = field(default=None, init=False)
    _handles: list[int] = field(default_factory=list, init=False)
    _by_handle: dict[int, SipCall] = field(default_factory=dict, init=False)
    _by_leg: dict[str, SipCall] = field(default_factory=dict, init=False)
    _turns: dict[int, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock), init=False)
    _registering: asyncio.Future[JanusEvent] | None = field(default=None, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    is_registered: bool = field(default=False, init=False)

    @cached_property
    def _events(self) -> dict[str, Callable[[JanusEvent], None]]:
        return {
            "incomingcall": self._arrived,
            "progress": self._progressed,
            "accepted": self._accepted,
            "hangup": self._hung_up,
            "error": self._refused,
            "detached": self._hung_up,
            "transfer": self._referred,
            "info": self._pressed,
        }

    @property
    def is_idle(self) -> bool:
        """No line has a call."""
        return not self._by_handle

    def reaches(self, number: str) -> bool:
        return self.is_registered

    def call(self, wanted: CallNumber) -> None:
        handle = next((one for one in reversed(self._handles) if one not in self._by_handle), None)
        if handle is None or not self.is_registered:
            self._report(FarRefused(wanted.leg_id, "failed"))
            return
        call = self._add(SipCall(handle, wanted.leg_id, TrunkCallState.CALLING))
        self._run(self._dial(call, wanted))

    def end(self, leg_id: str, reason: str) -> None:
        call = self._by_leg.get(leg_id)
        if call is None:
            return
        stage = call.stage
        self._end(call)
        if stage is TrunkCallState.CALLED:
            self._run(self._leave(call, {"request": "decline", "code": rules.code_of(reason)}))
        elif stage is TrunkCallState.TALKING or call.is_heard_of:
            self._run(self._leave(call, HANG_UP))

    def perform(self, effect: Effect) -> None:
        """A call from outside is taken when there is something to hear but that it rings."""
        if isinstance(effect, Bridge):
            self._take(effect.leg_a)
            self._take(effect.leg_b)
        elif isinstance(effect, RecordVoicemail) or (isinstance(effect, Play) and effect.prompt_id != RING_BACK):
            self._take(effect.leg_id)

    async def run(self) -> None:
        """Registers, and again whenever Janus has been away, until cancelled."""
        pause_s = RETRY_S
        while True:
            try:
                async with asyncio.TaskGroup() as group:
                    session = self._session = JanusSession(self.http, self.account.janus, self.account.api_secret)
                    await session.open()
                    listening = group.create_task(self._listen(session))
                    await self._register(session)
                    pause_s = RETRY_S
                    await listening
            except* VoiceError as group_error:
                codes = {one.code for one in group_error.exceptions if isinstance(one, VoiceError)}
                log.warning("the SIP trunk is not there", extra={"codes": sorted(codes)})
            self._lost()
            await asyncio.sleep(pause_s)
            pause_s = min(RETRY_MAX_S, 2 * pause_s)

    async def close(self) -> None:
        """Hangs up what is left and takes its registration back."""
        tasks = list(self._tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session and self.is_registered:
            self.is_registered = False
            await asyncio.gather(self._session.close(), return_exceptions=True)

    async def _listen(self, session: JanusSession) -> None:
        async for told in session.events():
            if told.name in REGISTERED and self._registering and not self._registering.done():
                self._registering.set_result(told)
                continue
            if told.name in SAYS:
                self._heard_of(told)
            if told.name in self._events:
                self._events[told.name](told)

    async def _register(self, session: JanusSession) -> None:
        """Raises Unavailable when the registrar does not let us."""
        account, first = self.account, await session.attach()
        self._registering = asyncio.get_running_loop().create_future()
        secret = {"secret": account.secret} if account.secret else {"type": "guest"}
        proxy = {"proxy": account.proxy} if account.proxy else {}
        wanted = {"request": "register", "username": account.identity, "incoming_header_prefixes": rules.HEADERS}
        await session.ask(first, {**wanted, **secret, **proxy})
        told = await self._answer_of(self._registering)
        self._handles = [first]
        for _ in range(account.calls - 1):
            helper = await session.attach()
            master = {"type": "helper", "master_id": told.result.get("master_id")}
            await session.ask(helper, {**wanted, **master})
            self._handles.append(helper)
        self.is_registered = True
        log.info("the SIP trunk is registered")

    async def _answer_of(self, registering: "asyncio.Future[JanusEvent]") -> JanusEvent:
        try:
            async with asyncio.timeout(REGISTER_S):
                told = await registering
        except TimeoutError:
            raise Unavailable("sip-unreachable", "the registrar does not answer") from None
        if told.name != "registered":
            raise Unavailable("sip-unreachable", "the registrar refuses the account")
        return told

    async def _dial(self, call: SipCall, wanted: CallNumber) -> None:
        domain = self.account.domain
        try:
            offer = await self.gateway.invite(call.leg_id, sends_always=False)
            if call.stage is TrunkCallState.ENDING:
                self._over(call)
                return  # hung up before it was made
            call.media_id = offer.media_id
            body = {
                "request": "call",
                "uri": rules.address_of(wanted.number, domain),
                "headers": rules.identity_headers(wanted.caller_number, domain),
            }
            await self._ask(call, body, {"type": "offer", "sdp": offer.sdp})
        except VoiceError as error:
            if call.stage is not TrunkCallState.ENDING:
                log.warning("a SIP call could not be made", extra={"code": error.code})
            self._over(call)

    def _arrived(self, told: JanusEvent) -> None:
        """Somebody calls; a call to nobody, or that could not be answered, is refused before it rings."""
        call_id = self.ids.new()
        call = self._add(SipCall(told.handle, f"{call_id}:1", TrunkCallState.ARRIVING, offer=told.sdp))
        self._run(self._let_in(call, call_id, told))

    async def _let_in(self, call: SipCall, call_id: str, told: JanusEvent) -> None:
        to = rules.number_of(str(told.result.get("callee", "")))
        refused = rules.NOT_FOUND if to is None else await self._reason_against(told.sdp)
        if call.stage is TrunkCallState.ENDING:
            return  # hung up meanwhile
        if to is None or refused:
            self._end(call)
            await self._leave(call, {"request": "decline", "code": refused})
            return
        call.stage = TrunkCallState.CALLED
        caller = str(told.result.get("username", ""))
        number = rules.caller_of(caller, told.headers, is_trusted=self.account.is_trusted)
        self._report(CallArrived(call_id, number, to))

    async def _reason_against(self, offer: str | None) -> int:
        """The status with which an offer is refused, 0 for one that will be answered: who answers it is asked."""
        if offer is None:
            return rules.NOT_ACCEPTABLE
        try:
            await self.gateway.check(offer)
        except InvalidInput:
            return rules.NOT_ACCEPTABLE
        except VoiceError as error:
            log.warning("a SIP call could not be taken", extra={"code": error.code})
            return rules.UNAVAILABLE
        return 0

    def _take(self, leg_id: str) -> None:
        call = self._by_leg.get(leg_id)
        if call is None or call.stage is not TrunkCallState.CALLED or call.offer is None:
            return
        offer, call.offer, call.stage = call.offer, None, TrunkCallState.TALKING
        self._run(self._accept(call, offer))

    async def _accept(self, call: SipCall, offer: str) -> None:
        try:
            answer = await self.gateway.offer(call.leg_id, offer, sends_always=False)
            await self._ask(call, {"request": "accept"}, {"type": "answer", "sdp": answer.sdp})
        except VoiceError as error:
            log.warning("a SIP call could not be taken", extra={"code": error.code})
            call.stage = TrunkCallState.CALLED
            self._report(PartyLeft(call.leg_id))

    def _heard_of(self, told: JanusEvent) -> None:
        """A call cannot be taken back before the far end has said something (RFC 3261, section 9.1): it is now."""
        call = self._by_handle.get(told.handle)
        if call is None or call.is_heard_of:
            return
        call.is_heard_of = True
        if call.stage is TrunkCallState.ENDING:
            self._run(self._leave(call, HANG_UP))

    def _progressed(self, told: JanusEvent) -> None:
        """Early media: the far network says itself that it rings, or why not."""
        call = self._by_handle.get(told.handle)
        if call and told.sdp:
            self._run(self._hear(call, told.sdp))

    def _accepted(self, told: JanusEvent) -> None:
        call = self._by_handle.get(told.handle)
        if call is None or call.stage is not TrunkCallState.CALLING:
            return
        call.stage = TrunkCallState.TALKING
        if told.sdp:
            self._run(self._hear(call, told.sdp))
        self._report(FarAnswered(call.leg_id))

    async def _hear(self, call: SipCall, sdp: str) -> None:
        if call.has_answer:
            return
        call.has_answer = True
        try:
            await self.gateway.accept(call.leg_id, call.media_id, sdp)
        except VoiceError as error:
            log.warning("a SIP call has no audio", extra={"code": error.code})
            self._report(PartyLeft(call.leg_id))

    def _hung_up(self, told: JanusEvent) -> None:
        if call := self._by_handle.get(told.handle):
            self._over(call, told.code)

    def _refused(self, told: JanusEvent) -> None:
        """Janus does not do what was asked; a request of the line's call before this one is no matter of this one."""
        call = self._by_handle.get(told.handle)
        if call and told.transaction == call.asked:
            self._over(call, told.code)

    def _over(self, call: SipCall, code: int = 0) -> None:
        """Its line is free again."""
        if self._by_handle.get(call.handle) is call:
            self._by_handle.pop(call.handle)
        self._fail(call, code)

    def _fail(self, call: SipCall, code: int = 0) -> None:
        """The far end is gone; there is nobody to hang up on any more."""
        is_unknown, is_calling = (
            call.stage in {TrunkCallState.ENDING, TrunkCallState.ARRIVING},
            call.stage is TrunkCallState.CALLING,
        )
        self._end(call)
        if is_unknown:
            return
        self._report(FarRefused(call.leg_id, rules.cause_of(code)) if is_calling else PartyLeft(call.leg_id))

    def _referred(self, told: JanusEvent) -> None:
        """Whoever is outside may not make us call somebody at our cost (RFC 3515, section 2.4.2 leaves it to us)."""
        log.info("a REFER from outside was not followed")

    def _pressed(self, told: JanusEvent) -> None:
        """A key by SIP INFO; those in the audio are the gateway's."""
        call, key = self._by_handle.get(told.handle), rules.key_of(str(told.result.get("content", "")))
        if call and key:
            self._report(KeyPressed(call.leg_id, key))

    def _lost(self) -> None:
        """Janus is away, and all calls with it."""
        self.is_registered = False
        self._session, self._handles = None, []
        self._by_handle.clear()
        self._turns.clear()
        for call in list(self._by_leg.values()):
            self._fail(call)

    def _add(self, call: SipCall) -> SipCall:
        self._by_handle[call.handle] = self._by_leg[call.leg_id] = call
        return call

    def _end(self, call: SipCall) -> None:
        """Its handle is free only when Janus says that the call is over."""
        call.stage = TrunkCallState.ENDING
        self._by_leg.pop(call.leg_id, None)

    def _report(self, event: Event) -> None:
        self.engine.report(event)

    async def _ask(self, call: SipCall, body: dict[str, Any], jsep: dict[str, str] | None = None) -> None:
        """One request after the other for each line, so that none comes to its next call. Raises Unavailable."""
        async with self._turns[call.handle]:
            call.asked = uuid4().hex
            if self._session:
                await self._session.ask(call.handle, body, jsep, call.asked)

    async def _leave(self, call: SipCall, body: dict[str, Any]) -> None:
        """The call is over for us, whatever comes of it."""
        try:
            await self._ask(call, body)
        except VoiceError as error:
            log.info("a SIP request was not taken", extra={"code": error.code})

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
