"""Users of ours and parties of calls, played by command (docs/lab.md): for local use only."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from lab.control.asking import lab
from lab.people.customers import Behaviour
from lab.people.telephones import Answering, How
from lab.people.users import Dialling, SimulatedUsers
from shared.errors import InvalidInput
from voicecloud.api.availability import notice
from voicecloud.api.http import Handler, Route, body, json_response, services
from voicecloud.organisation.codec import decode
from voicecloud.organisation.model import Simulated, required
from voicecloud.records.model import Privacy
from voicecloud.runtime.staff import NewAvailability
from voicecloud.vocabulary.calls import Terminal


@dataclass(frozen=True)
class CustomerCall:
    """``From`` empty is a withheld number."""

    number: str
    from_: str = ""
    patience_s: float | None = None
    talk_s: float | None = None
    answer: How = How.USUAL
    answer_after_s: float | None = None
    hz: float | None = None


@dataclass(frozen=True)
class UserCallOrder:
    """Without ``Terminal`` the user calls from the simulated telephone, or else from the mobile."""

    number: str
    terminal: Terminal | None = None
    caller_number: str | None = None
    patience_s: float | None = None
    talk_s: float | None = None
    answer: How = How.USUAL
    answer_after_s: float | None = None


@dataclass(frozen=True)
class PartyAction:
    """What a party does. ``User`` is the id of one of ours; without it, the party outside."""

    user: str | None = None
    terminal: Terminal | None = None
    to: str = ""
    consult: bool = False
    key: str = ""
    hz: float | None = None


@dataclass(frozen=True)
class AgentChange:
    profile: str | None = None
    call_privacy_default: Privacy | None = None


async def call(request: web.Request) -> object:
    """A customer calls a number of ours; without ``PatienceS`` and ``TalkS`` they stay until told to hang up."""
    document = await body(request)
    required(document, "Number")
    wanted = decode(CustomerCall, document)
    behaviour = Behaviour(wanted.patience_s, wanted.talk_s, tone_hz=wanted.hz)
    answering = Answering(wanted.answer, wanted.answer_after_s)
    customers = lab(request).customers
    call_id = customers.call(wanted.from_ or None, wanted.number, behaviour, by_hand=True, answering=answering)
    await services(request).telephony.records.kept(call_id)
    return json_response({"CallId": call_id}, 201)


async def dial(request: web.Request) -> object:
    """A user of ours calls anybody; without ``TalkS`` the call lasts until somebody is told to hang up."""
    user = services(request).directory.user(request.match_info["user"])
    document = await body(request)
    required(document, "Number")
    wanted = decode(UserCallOrder, document)
    usual = user.simulated.terminal if user.simulated else Terminal.MOBILE
    dialling = Dialling(
        number=wanted.number,
        terminal=wanted.terminal or usual,
        caller_number=wanted.caller_number,
        patience_s=wanted.patience_s,
        talk_s=wanted.talk_s,
        answering=Answering(wanted.answer, wanted.answer_after_s, stays=True),
        by_hand=True,
    )
    call_id = lab(request).users.dial(user.id, dialling)
    await services(request).telephony.records.kept(call_id)
    return json_response({"CallId": call_id}, 201)


async def set_agent(request: web.Request) -> object:
    """``{Profile, CallPrivacyDefault}``: the availability of a user, and what their direct calls are classified as."""
    user = services(request).directory.user(request.match_info["user"])
    change = decode(AgentChange, await body(request))
    staff = services(request).telephony.staff
    if change.profile is None and change.call_privacy_default is None:
        raise InvalidInput("field-missing", "Profile or CallPrivacyDefault is needed")
    if change.profile is not None:
        event = await staff.set_availability(user.id, NewAvailability(change.profile))
        services(request).telephony.notices.tell(notice(user, event))
    if change.call_privacy_default is not None:
        await staff.set_privacy_default(user.id, change.call_privacy_default)
    return {}


async def set_terminal(request: web.Request) -> object:
    """``{Terminal, AnswerFromS, AnswerToS}``: gives a user a simulated telephone in place of the one before."""
    user = services(request).directory.user(request.match_info["user"])
    await services(request).telephony.staff.set_simulated(user.id, decode(Simulated, await body(request)))
    return {}


async def remove_terminal(request: web.Request) -> object:
    """Takes the simulated telephone away; the user is reached by what they have besides."""
    user = services(request).directory.user(request.match_info["user"])
    await services(request).telephony.staff.set_simulated(user.id, None)
    return {}


def _command(do: Callable[[SimulatedUsers, str, PartyAction], None]) -> Handler:
    """A handler for a party's deed."""

    async def handle(request: web.Request) -> object:
        deed = decode(PartyAction, await body(request))
        do(lab(request).users, request.match_info["call"], deed)
        return {}

    return handle


def _transfer(users: SimulatedUsers, call_id: str, deed: PartyAction) -> None:
    if not deed.to:
        raise InvalidInput("field-missing", "the field To is missing")
    users.transfer(call_id, deed.user, deed.to, deed.consult)


def _press(users: SimulatedUsers, call_id: str, deed: PartyAction) -> None:
    if not deed.key:
        raise InvalidInput("field-missing", "the field Key is missing")
    users.press(call_id, deed.user, deed.key)


async def heard(request: web.Request) -> object:
    """What a simulated party, ``?User=`` or the one outside, has heard in the last second."""
    user = request.query.get("User") or None
    found = await lab(request).users.heard(request.match_info["call"], user)
    return {
        "Connected": found.is_connected,
        "LoudnessDb": round(found.loudness_db, 1),
        "Hz": round(found.pitch_hz, 1),
        "Keys": found.keys,
    }


DEEDS = {
    "keys": _command(_press),
    "voice": _command(lambda users, call_id, deed: users.speak(call_id, deed.user, deed.hz)),
    "answer": _command(lambda users, call_id, deed: users.answer(call_id, deed.user, deed.terminal)),
    "reject": _command(lambda users, call_id, deed: users.reject(call_id, deed.user)),
    "hangup": _command(lambda users, call_id, deed: users.hang_up(call_id, deed.user)),
    "hold": _command(lambda users, call_id, deed: users.hold(call_id, deed.user)),
    "resume": _command(lambda users, call_id, deed: users.resume(call_id, deed.user)),
    "transfer": _command(_transfer),
    "complete": _command(lambda users, call_id, deed: users.complete(call_id, deed.user)),
    "cancel": _command(lambda users, call_id, deed: users.cancel(call_id, deed.user)),
}

ROUTES = [
    Route("GET", "/control/api/calls/{call}/heard", heard, public=True),
    Route("POST", "/control/api/calls", call, public=True),
    Route("POST", "/control/api/agents/{user}", set_agent, public=True),
    Route("POST", "/control/api/agents/{user}/calls", dial, public=True),
    Route("PUT", "/control/api/agents/{user}/terminal", set_terminal, public=True),
    Route("DELETE", "/control/api/agents/{user}/terminal", remove_terminal, public=True),
    *(Route("POST", f"/control/api/calls/{{call}}/{name}", handler, public=True) for name, handler in DEEDS.items()),
]
