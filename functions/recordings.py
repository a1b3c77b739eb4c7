"""Recordings: the page behind an activity's link, its list and its audio (G2)."""

import azure.functions as func

from functions.responses import json_response, problems
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget
from shared.recordings.page import CONTENT_SECURITY, asset

blueprint = func.Blueprint()


@blueprint.route("recordings/{callid}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def recordings_page(req: func.HttpRequest) -> func.HttpResponse:
    return _page()


@blueprint.route("recordings", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def recordings_signed_in(req: func.HttpRequest) -> func.HttpResponse:
    """Where the sign-in comes back to; the page goes on to the call it was opened for."""
    return _page()


@blueprint.route("recordings-page/{file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def recordings_asset(req: func.HttpRequest) -> func.HttpResponse:
    if req.route_params["file"] == "sign-in.json":
        return json_response(services().sign_in.to_json())
    body, content_type = asset(req.route_params["file"])
    return func.HttpResponse(body, mimetype=content_type)


@blueprint.route("recordings/{callid}/list", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def recordings_list(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    found = await services().recordings.of_call(req.route_params["callid"], person)
    return json_response([{"id": one.id, "durationS": one.duration_s, "audio": one.path} for one in found])


@blueprint.route("recordings/{callid}/{recording}/audio", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def recordings_audio(req: func.HttpRequest) -> func.HttpResponse:
    given, ticket = req.route_params, req.params.get("ticket", "")
    if req.method == "HEAD":
        part = await services().recordings.head(given["callid"], given["recording"], ticket)
    else:
        byte_range = req.headers.get("Range", "")
        part = await services().recordings.audio(given["callid"], given["recording"], ticket, byte_range)
    return func.HttpResponse(part.body, status_code=part.status, mimetype=part.content_type, headers=part.headers)


def _page() -> func.HttpResponse:
    body, content_type = asset("index.html")
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY.format(authority=services().sign_in.origin),
        "Referrer-Policy": "no-referrer",
    }
    return func.HttpResponse(body, mimetype=content_type, headers=headers)
