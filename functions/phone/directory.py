"""Whom the agent may call, and who called (C6)."""

import azure.functions as func

from functions.responses import json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

blueprint = func.Blueprint()


@blueprint.route("phone/directory", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_directory(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().phone.directory.search(person.object_id, req.params.get("search", "")))


@blueprint.route("phone/history", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_history(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    given = req.params
    shown = await services().phone.history.show(person.object_id, given.get("before", ""), given.get("scope", "own"))
    return json_response(shown)


@blueprint.route("phone/history/seen", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_history_seen(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().phone.history.mark_seen(person.object_id, req.params.get("until", ""))
    return func.HttpResponse(status_code=204)
