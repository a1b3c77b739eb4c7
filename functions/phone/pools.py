"""The pools of the agent: how they do, and whether the agent takes their calls (B5, C7)."""

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

blueprint = func.Blueprint()


@blueprint.route("phone/pools", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_pools(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().phone.pools.show(person.object_id))


@blueprint.route("phone/pools/{poolid}", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_pool(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().presence.phone.activate(person.object_id, req.route_params["poolid"], json_body(req))
    return func.HttpResponse(status_code=204)
