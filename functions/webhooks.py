"""Webhooks in: the voice cloud's and Dataverse's (J3). One message each, then 202."""

import azure.functions as func

from functions.responses import json_body, problems
from shared.bootstrap import services

blueprint = func.Blueprint()

VOICECLOUD_HEADER = "X-Benemen-Token"
TABLE_HEADER = "x-ms-dynamics-entity-name"


@blueprint.route("webhooks/voicecloud", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def webhook_voicecloud(req: func.HttpRequest) -> func.HttpResponse:
    services().voicecloud_webhooks.require_token(req.headers.get(VOICECLOUD_HEADER))
    await services().voicecloud_webhooks.receive(json_body(req))
    return func.HttpResponse(status_code=202)


@blueprint.route("webhooks/dataverse", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@problems
async def webhook_dataverse(req: func.HttpRequest) -> func.HttpResponse:
    await services().dataverse_webhooks.receive(req.headers.get(TABLE_HEADER, ""), req.get_body())
    return func.HttpResponse(status_code=202)
