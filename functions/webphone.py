"""The web phone itself: its page and files, and how it signs people in (A1, A2)."""

from urllib.parse import urlsplit

import azure.functions as func

from functions.responses import json_response, problems
from shared.bootstrap import services

blueprint = func.Blueprint()


@blueprint.route("webphone/config.json", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def webphone_config(req: func.HttpRequest) -> func.HttpResponse:
    return json_response(services().phone.page.config())


@blueprint.route("webphone/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@problems
async def zz_webphone(req: func.HttpRequest) -> func.HttpResponse:
    """Its name sorts last, so that every other route is tried before this one."""
    path = req.route_params.get("path", "")
    if not path and not urlsplit(req.url).path.endswith("/"):
        return func.HttpResponse(status_code=308, headers={"Location": "webphone/"})
    page = services().phone.page
    file = page.file(path)
    headers = await page.headers(file)
    if file.etag in req.headers.get("If-None-Match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in req.headers.get("Accept-Encoding", ""):
        return func.HttpResponse(
            file.packed, mimetype=file.content_type, headers={**headers, "Content-Encoding": "gzip"}
        )
    return func.HttpResponse(file.body, mimetype=file.content_type, headers=headers)
