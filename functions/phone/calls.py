"""Live calls: dialled and commanded, their media, notes and signs of life (C1-C4, D3, D6, K1, K9)."""

from urllib.parse import quote

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

SESSION = "Phone-Session"

blueprint = func.Blueprint()


@blueprint.route("phone/calls", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_call_dial(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    call_id = await services().phone.live.dial(person.object_id, req.headers.get(SESSION), json_body(req))
    return json_response({"callId": call_id}, status=201)


@blueprint.route("phone/calls/{callid}", methods=["PATCH"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_call_notes(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    note = await services().call_notes.take(req.route_params["callid"], person.object_id, json_body(req))
    return json_response(
        {
            "notes": note.notes,
            "customer": note.customer and {"kind": note.customer.kind, "id": str(note.customer.id)},
            "callbackRequest": note.callback_request and str(note.callback_request),
        }
    )


@blueprint.route("phone/calls/{callid}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_call_caller(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().phone.callers.show(person.object_id, req.route_params["callid"]))


@blueprint.route("phone/calls/{callid}/heartbeat", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_call_heartbeat(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().presence.phone.call(person.object_id, req.route_params["callid"], json_body(req))
    return func.HttpResponse(status_code=204)


@blueprint.route("phone/calls/{callid}/media", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_call_media(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    call_id = req.route_params["callid"]
    answer = await services().phone.live.offer(
        person.object_id,
        req.headers.get(SESSION),
        call_id,
        req.headers.get("Content-Type", ""),
        req.get_body(),
        answers=req.params.get("answer") != "0",
    )
    location = f"/api/phone/calls/{quote(call_id, safe='')}/media/{quote(answer.media_id, safe='')}"
    headers = {"Location": location, "Media-Id": answer.media_id, "Cache-Control": "no-store"}
    return func.HttpResponse(answer.sdp, status_code=201, mimetype="application/sdp", headers=headers)


@blueprint.route("phone/calls/{callid}/media/{mediaid}", methods=["DELETE"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_call_media_end(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    given = req.route_params
    await services().phone.live.withdraw(person.object_id, req.headers.get(SESSION), given["callid"], given["mediaid"])
    return func.HttpResponse(status_code=204)


@blueprint.route("phone/calls/{callid}/{command}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_command(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    """Its name sorts behind those of the routes with a word in this place, which the host then tries first."""
    given = req.route_params
    call = await services().phone.live.command(
        person.object_id,
        req.headers.get(SESSION),
        given["callid"],
        given["command"],
        json_body(req) if req.get_body() else None,
        req.headers.get("Idempotency-Key"),
    )
    return json_response({"call": call})
