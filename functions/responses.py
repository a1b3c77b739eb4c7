"""HTTP answers: JSON, and errors as RFC 9457 problem details."""

import json
import logging
import math
from collections.abc import Awaitable, Callable
from functools import wraps

import azure.functions as func

from shared.errors import InvalidInput, Limited, Throttled, VoiceError
from shared.outside import document

Handler = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]

log = logging.getLogger(__name__)


def json_response(document: object, status: int = 200) -> func.HttpResponse:
    """For who asks, now: nothing on the way keeps it."""
    body = json.dumps(document, ensure_ascii=False)
    return func.HttpResponse(
        body, status_code=status, mimetype="application/json", headers={"Cache-Control": "no-store"}
    )


def json_body(req: func.HttpRequest) -> object:
    """The parsed body. Raises InvalidInput ``malformed-json``."""
    try:
        body: object = document(req.get_body())
    except ValueError:
        raise InvalidInput("malformed-json", "the body is not JSON of at most 1 MiB") from None
    return body


def problems(handler: Handler) -> Handler:
    """Answers the errors a handler raises on purpose; any other is the host's 500."""

    @wraps(handler)
    async def answering(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return await handler(req)
        except VoiceError as error:
            log.warning("request refused", extra={"code": error.code, "status": int(error.status)})
            return _problem(error)

    return answering


def _problem(error: VoiceError) -> func.HttpResponse:
    """With ``Retry-After`` where it is known when to come back (RFC 9110, section 10.2.3)."""
    headers = {}
    if isinstance(error, Limited | Throttled):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    body = json.dumps(error.problem(), ensure_ascii=False)
    return func.HttpResponse(body, status_code=int(error.status), mimetype="application/problem+json", headers=headers)
