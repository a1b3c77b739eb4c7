"""Pure: a call as the columns of a phonecall activity (G1, G3).

Column values are in a canonical form that can be compared with what Dataverse gives back: lookups are
``table:guid``, parties a sorted list of ``[mask, "table:guid" or a number]``, times whole seconds in UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.calls.model import ActivityProgress, AgentNotes, CallFacts
from shared.calls.rules import last_agent
from shared.dataverse import names
from shared.dataverse.model import moment
from shared.identity.model import Customer, Identification
from shared.numbers import from_network
from shared.settings.model import CallSync
from shared.text import cut
from shared.users.model import LinkedUser

REGARDING = "regardingobjectid"
OWNER = "ownerid"
PARTIES = "phonecall_activity_parties"
LOOKUPS = {REGARDING, OWNER, names.CALLBACK_REQUEST}
SETS = {**names.ENTITY_SETS, "systemuser": "systemusers", "phonecall": names.PHONECALLS}

Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Composition:
    """What is needed beside the facts. ``customer``: whom the agent picked, else who was identified (D6)."""

    customer: Customer | None
    users: Mapping[str, LinkedUser]
    settings: CallSync
    agent_notes: AgentNotes
    recording_url: str
    region: str | None


def columns(facts: CallFacts, given: Composition) -> dict[str, Any]:
    """Everything that is known of the call; None where something is not known (yet)."""
    number = from_network(facts.number, given.region)
    owner = owner_of(facts, given)
    return {
        "subject": _subject(facts, given, number),
        "directioncode": facts.is_outgoing,
        "phonenumber": cut(number, names.PHONENUMBER_LENGTH) or None,
        "description": cut(given.agent_notes.notes, names.DESCRIPTION_LENGTH) or None,
        "actualstart": moment(facts.started_at),
        "actualend": moment(facts.ended_at),
        "actualdurationminutes": minutes(facts.duration_s),
        REGARDING: f"{given.customer.kind}:{given.customer.id}" if given.customer else None,
        OWNER: f"systemuser:{owner}" if owner else None,
        PARTIES: _parties(facts, given, number),
        names.CALL_ID: facts.call_id,
        names.RECORDING: given.recording_url if facts.is_recorded and given.recording_url else None,
        names.ARRIVED_ON: moment(facts.arrived_at) if facts.arrived_at and facts.pool else None,
        names.FIRST_ANSWERED_ON: moment(facts.first_answered_at) if facts.first_answered_at and facts.pool else None,
        names.WAIT_TIME: facts.wait_s,
        names.DURATION: facts.duration_s,
        names.POOL: cut(facts.pool, names.POOL_LENGTH) or None,
        names.TERMINAL: cut(", ".join(sorted(facts.terminals)), names.TERMINAL_LENGTH) or None,
        names.RESULT: facts.result or None,
        names.CALLBACK_REQUEST: f"phonecall:{request}" if (request := given.agent_notes.callback_request) else None,
    }


def identified_customer(facts: CallFacts, before: Customer | None, found: Identification) -> Customer | None:
    """The only one whose number it is, as when it was first written; nobody in a call among colleagues (D6)."""
    return None if facts.dialler else before or found.only


def request_in(values: Columns) -> UUID | None:
    """The callback request that a call answers, by its columns."""
    lookup = values.get(names.CALLBACK_REQUEST)
    return UUID(str(lookup).partition(":")[2]) if lookup else None


def answered_requests(progress: ActivityProgress) -> set[UUID]:
    """All callback requests that a call was said to answer."""
    said = {request_in(one) for one in (progress.written, *progress.intended)}
    return {request for request in said if request}


def owner_of(facts: CallFacts, given: Composition) -> UUID | None:
    """The agent who was with the customer to the end (K5), else the default assignee (H4)."""
    user = last_agent(facts, given.users)
    return user.id if user else given.settings.default_assignee


def minutes(seconds: int) -> int:
    """Whole minutes; a call that was talked in lasted one at least."""
    return max(1, round(seconds / 60)) if seconds else 0


def to_body(values: Columns, before: Columns | None = None) -> dict[str, Any]:
    """The canonical columns as a body of the Web API. ``before``: what lookups that are to be emptied pointed to."""
    body: dict[str, Any] = {}
    for name, value in values.items():
        if name == PARTIES:
            body[PARTIES] = [_party(mask, who) for mask, who in value]
        elif name in LOOKUPS:
            table, _, row_id = (value or (before or {}).get(name) or "contact:").partition(":")
            body[f"{_navigation(name, table)}@odata.bind"] = f"/{SETS[table]}({row_id})" if value else None
        else:
            body[name] = value
    return body


def _navigation(name: str, table: str) -> str:
    """The navigation property that sets a lookup: those of an activity end in the table they point to, or belong to."""
    if name == REGARDING:
        return f"{REGARDING}_{table}_phonecall"
    return f"{name}{names.ACTIVITY_SUFFIX}" if name == names.CALLBACK_REQUEST else name


def _subject(facts: CallFacts, given: Composition, number: str) -> str:
    places = {
        "direction": "Outgoing" if facts.is_outgoing else "Incoming",
        "party": given.customer.name if given.customer else number or "number withheld",
        "pool": facts.pool,
    }
    return cut(given.settings.subject.format_map(places).strip(), names.SUBJECT_LENGTH)


def _parties(facts: CallFacts, given: Composition, number: str) -> list[list[Any]]:
    """From and To: the agents on one side, the customer or the bare number on the other."""
    if facts.dialler:
        return _colleagues(facts.dialler, facts.users, given)
    customer_side, agent_side = (
        (names.PARTY_TO, names.PARTY_FROM) if facts.is_outgoing else (names.PARTY_FROM, names.PARTY_TO)
    )
    talkers = [talk.user_id for talk in facts.talks] or facts.users
    agents = {given.users[user_id].id for user_id in talkers if user_id in given.users}
    parties: list[list[Any]] = [[agent_side, f"systemuser:{agent}"] for agent in agents]
    if given.customer:
        parties.append([customer_side, f"{given.customer.kind}:{given.customer.id}"])
    elif number:
        parties.append([customer_side, cut(number, names.PHONENUMBER_LENGTH)])
    return sorted(parties)


def _colleagues(dialler: str, users: Sequence[str], given: Composition) -> list[list[Any]]:
    """Of an internal call: who dialled on one side, all who were reached on the other."""
    known = {user_id: f"systemuser:{given.users[user_id].id}" for user_id in users if user_id in given.users}
    return sorted([names.PARTY_FROM if user_id == dialler else names.PARTY_TO, user] for user_id, user in known.items())


def _party(mask: int, who: str) -> dict[str, Any]:
    table, _, row_id = who.partition(":")
    if table in SETS:
        return {"participationtypemask": mask, f"partyid_{table}@odata.bind": f"/{SETS[table]}({row_id})"}
    return {"participationtypemask": mask, "unresolvedpartyname": who, "addressused": who}
