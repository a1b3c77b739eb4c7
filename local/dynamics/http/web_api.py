"""``/api/data/v9.2``: from HTTP to the Web API and back."""

from collections.abc import Mapping

from aiohttp import web

from local.dynamics.data.model import Caller
from local.dynamics.environment import BATCH, Environment
from local.dynamics.errors import DataverseError
from local.dynamics.odata.batch import request_lines
from local.dynamics.odata.messages import ApiAnswer, ApiRequest

PAGE_USER = "x-page-user"
"""The pages say who looks; they are served without TLS and take no tokens."""


class WebApi:
    """``with_pages``: on this port a page's user may stand for a token; what pages ask is not counted."""

    def __init__(self, environment: Environment, *, with_pages: bool) -> None:
        self._environment = environment
        self._with_pages = with_pages

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        if self._with_pages and PAGE_USER in headers:
            return self._for_page(request, headers, body)
        parts = request_lines(body) if request.path == BATCH else []
        lines = [f"{request.method} {request.path_qs}", *parts]
        return await self._environment.faults.around(request, lines, lambda: self._admitted(request, headers, body))

    def _for_page(self, request: web.Request, headers: Mapping[str, str], body: bytes) -> web.Response:
        store = self._environment.store
        user = store.get(store.tables["systemuser"], headers[PAGE_USER].lower())
        if user is None or user["isdisabled"]:
            return _response(ApiAnswer.refused(DataverseError(401, "", "No such user can look at the pages.")))
        return self._answer(request, headers, body, Caller(str(user["systemuserid"])))

    async def _admitted(self, request: web.Request, headers: Mapping[str, str], body: bytes) -> web.Response:
        try:
            caller = await self._environment.authentication.caller(headers)
            with self._environment.protection.admit(caller.user_id) as left:
                answer = self._answer(request, headers, body, caller)
        except DataverseError as error:
            return _response(ApiAnswer.refused(error))
        answer.headers.update(left)
        return answer

    def _answer(self, request: web.Request, headers: Mapping[str, str], body: bytes, caller: Caller) -> web.Response:
        try:
            if request.path == BATCH:
                return self._batch(request, headers, body, caller)
            asked = ApiRequest.of(request.method, str(request.rel_url), headers, body)
        except DataverseError as error:
            return _response(ApiAnswer.refused(error))
        return _response(self._environment.execute(asked, caller))

    def _batch(self, request: web.Request, headers: Mapping[str, str], body: bytes, caller: Caller) -> web.Response:
        if request.method != "POST":
            raise DataverseError(405, "0x80060888", "A batch is sent with POST.")
        go_on = "odata.continue-on-error" in headers.get("prefer", "")
        content_type, content = self._environment.execute_batch(
            headers.get("content-type", ""), body, caller, go_on=go_on
        )
        return web.Response(body=content, headers={"Content-Type": content_type, "OData-Version": "4.0"})


def _response(answer: ApiAnswer) -> web.Response:
    headers = dict(answer.headers)
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    return web.Response(status=answer.status, body=answer.content(), headers=headers)
