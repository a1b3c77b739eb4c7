"""Which calls an agent is in: pure. A call holds its agent by a lease, so that nothing missed holds them for ever."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.presence.model import AgentCall, AgentState, CallNews, CallStep

KNOWN_FOR = timedelta(hours=1)
"""How long news of a call that is over are recognised as late."""
TOO_LATE = timedelta(minutes=10)
"""A call that began so long ago, and of which we hear only now, is left to the check of who is talking. A call of which
nobody could say so long whether it goes on holds its agent no more."""
MOST = 50
"""Calls of one agent that are kept, the newest: the row must stay small whatever is reported."""


def with_news(state: AgentState, news: CallNews, lease: timedelta, now: datetime) -> AgentState:
    """The calls with what was reported of one of them; news older than what is known of it changes nothing."""
    known = state.calls.get(news.call_id)
    if known and news.step is not CallStep.GOES_ON and 0 < news.sequence <= known.sequence:
        return state
    if news.step is CallStep.ENDED:
        call = AgentCall(max(news.sequence, known.sequence if known else 0), now, ended=True)
    elif news.step is CallStep.GOES_ON:
        if known and known.ended and not 0 < known.sequence <= news.sequence:
            return state  # what was reported of its end is newer; an end that was only concluded from silence is not
        call = AgentCall(max(news.sequence, known.sequence if known else 0), now + lease, by_phone=True)
    elif now - news.at > TOO_LATE:
        return state
    else:
        by_phone = known.by_phone if known and not known.ended else False
        call = AgentCall(news.sequence, now + lease, by_phone)
    return replace(state, calls=_kept({**state.calls, news.call_id: call}, now))


def is_talking_asked(state: AgentState, now: datetime) -> bool:
    """Whether a lease has run out that no phone keeps up: then the voice cloud must say whether the call goes on."""
    return any(not call.ended and not call.by_phone and call.lease_until <= now for call in state.calls.values())


def without_expired(state: AgentState, is_talking: bool | None, lease: timedelta, now: datetime) -> AgentState:
    """Ends what the phone has fallen silent about; ``is_talking`` decides about the rest, None where nobody knows."""
    calls = dict(state.calls)
    for call_id, call in state.calls.items():
        if call.ended or call.lease_until > now:
            continue
        is_forgotten = is_talking is None and now - call.lease_until > TOO_LATE
        if call.by_phone or is_talking is False or is_forgotten:
            calls[call_id] = replace(call, lease_until=now, ended=True)
        elif is_talking:
            calls[call_id] = replace(call, lease_until=now + lease)
    return state if calls == state.calls else replace(state, calls=_kept(calls, now))


def next_lease_end(state: AgentState) -> datetime | None:
    return min((call.lease_until for call in state.calls.values() if not call.ended), default=None)


def _kept(calls: Mapping[str, AgentCall], now: datetime) -> dict[str, AgentCall]:
    known = [one for one in calls.items() if not one[1].ended or now - one[1].lease_until < KNOWN_FOR]
    return dict(sorted(known, key=lambda one: one[1].lease_until)[-MOST:])
