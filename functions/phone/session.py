"""The web phone's session: which one is the primary, and the state of its calls (A4)."""

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

LONG_POLL_S = 25.0

blueprint = func.Blueprint()


@blueprint.route("phone/session", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_session_open(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    opened = await services().phone.sessions.open(person.object_id, json_body(req))
    await services().presence.phone.signed_in(person.object_id)
    return json_response(opened, status=201)


@blueprint.route("phone/session/{sessionid}", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_session_go_on(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    body = json_body(req) if req.get_body() else None
    return json_response(await services().phone.sessions.go_on(person.object_id, req.route_params["sessionid"], body))


@blueprint.route("phone/session/{sessionid}", methods=["DELETE"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_session_close(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().phone.sessions.close(person.object_id, req.route_params["sessionid"], req.params.get("claim", ""))
    return func.HttpResponse(status_code=204)


@blueprint.route("phone/session/{sessionid}/state", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_session_state(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    """With ``If-None-Match`` a long poll."""
    known = _version(req.headers.get("If-None-Match", ""))
    found = await services().phone.sessions.state(person.object_id, req.route_params["sessionid"], known, LONG_POLL_S)
    if found is None:
        return func.HttpResponse(status_code=304, headers={"ETag": f'"{known}"', "Cache-Control": "no-store"})
    answer = json_response(dict(found.document))
    answer.headers["ETag"] = f'"{found.version}"'
    return answer


def _version(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')
