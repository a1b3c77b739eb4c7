"""Who is on the other end, and what the agent has noted: read when a phone rings (C5, D1, D5, K4).

The number is that of the agent's own leg as the voice cloud has it, so nobody learns of calls they are not in; who is
asked by a colleague gets the customer it is about, and the colleague's notes. Names come from the number index, one
point read, and are shown to who may read those customers: nothing is stored of the call, which may be private (H3).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.calls.model import PhoneNote
from shared.calls.store import CallStore
from shared.enreach.phone import EnreachPhone
from shared.errors import Forbidden, Misconfigured, Unavailable, Unsupported
from shared.identity.model import Customer
from shared.numbers import known
from shared.phone import requests
from shared.phone.agents import PhoneAgents
from shared.phone.customers import Customers
from shared.phone.readable import ReadableCustomers


@dataclass(eq=False, repr=False, kw_only=True)
class Callers:
    agents: PhoneAgents
    phone: EnreachPhone
    readable: ReadableCustomers
    customers: Customers
    store: CallStore

    async def show(self, object_id: str, call_id: str) -> dict[str, Any]:
        """``caller`` is None for a call that they are not in (any more).

        Raises Unavailable ``index-not-ready``, InvalidInput ``malformed-phone-request``, Forbidden ``agent-unknown``.
        """
        agent, call_id = await self.agents.agent(object_id), requests.call_id(call_id)
        caller, told = await asyncio.gather(
            self._caller(agent.voice_user_id, object_id, call_id), self.store.phone_notes(call_id)
        )
        note = next((one for one in told if one.agent == object_id), None)
        customer, request = (note.customer, note.callback_request) if note else (None, None)
        return {
            "callId": call_id,
            "caller": caller,
            "notes": note.notes if note else "",
            "colleaguesNotes": await self._of_colleagues(told, object_id) if caller else [],
            "customer": {"kind": customer.kind, "id": str(customer.id), "name": customer.name} if customer else None,
            "callbackRequest": str(request) if request else None,
        }

    async def _of_colleagues(self, told: Sequence[PhoneNote], object_id: str) -> list[dict[str, str]]:
        """What others have noted on the call: who is asked, or gets the call, knows what has been said (C3)."""
        others = sorted((one for one in told if one.agent != object_id and one.notes), key=lambda one: one.began_at)
        return [{"name": await self._name(one.agent), "notes": one.notes} for one in others]

    async def _name(self, object_id: str) -> str:
        try:
            return (await self.agents.agent(object_id)).name
        except (Forbidden, Misconfigured, Unavailable):
            return ""

    async def _caller(self, voice_user_id: str, object_id: str, call_id: str) -> dict[str, Any] | None:
        try:
            state = await self.phone.state(voice_user_id)
        except Unsupported:
            return None
        calls: list[Mapping[str, Any]] = state.document.get("calls") or []
        call = next((one for one in calls if one.get("callId") == call_id), None)
        if call is None:
            return None
        number = str((call.get("about") or call.get("party") or {}).get("number") or "")
        found = (await self.readable.of(object_id, [number]))[number]
        are_many = len(found.customers) > 1
        described = await self.customers.described(object_id, found.customers) if are_many else {}
        matches = [_match(one, described.get(one.id)) for one in found.customers]
        return {"number": found.e164 or known(number), "matches": matches, "more": found.more}


def _match(customer: Customer, described: tuple[str, str] | None) -> dict[str, str]:
    shown = {"kind": customer.kind, "id": str(customer.id), "name": customer.name}
    return {**shown, "company": described[0], "city": described[1]} if described else shown
