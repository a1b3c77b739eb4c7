"""The agent's status: shown and set by the phone, and what it sees of Omnichannel (B, E)."""

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

blueprint = func.Blueprint()


@blueprint.route("phone/availability", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_availability(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.show(person.object_id))


@blueprint.route("phone/availability", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_availability_set(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.set(person.object_id, json_body(req)))


@blueprint.route("phone/presence", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_presence(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.report(person.object_id, json_body(req)))
