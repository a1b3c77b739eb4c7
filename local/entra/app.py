"""The endpoints of the tenant over HTTP: discovery, keys, tokens, sign-in."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from local.entra.directory import Tenant
from local.entra.errors import OAuthError
from local.entra.grants import Grants
from local.entra.keys import SigningKeys
from local.entra.sign_in import SignInPages

log = logging.getLogger("entra")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entra:
    """One tenant's endpoints under ``/{tenant}``; ``origin`` is the https address its tokens name as issuer.

    People sign in over plain http on localhost, so discovery gives endpoints of the origin it was asked at.
    """

    def __init__(self, directory: Tenant, keys: SigningKeys, origin: str) -> None:
        self._directory = directory
        self._keys = keys
        self._issuer = f"{origin}/{directory.tenant_id}/v2.0"
        self._grants = Grants(directory, keys, self._issuer)
        self._pages = SignInPages(directory, self._grants)

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._cross_origin])
        tenant = f"/{self._directory.tenant_id}"
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get(f"{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
                web.get(f"{tenant}/discovery/v2.0/keys", self._published_keys),
                web.post(f"{tenant}/oauth2/v2.0/token", self._token),
                web.get(f"{tenant}/oauth2/v2.0/authorize", self._pages.authorize),
                web.post(f"{tenant}/oauth2/v2.0/authorize", self._pages.chosen),
                web.get(f"{tenant}/oauth2/v2.0/logout", self._pages.sign_out),
                web.get("/sign_in.css", self._pages.style),
                web.post("/stand-in/rotate", self._rotate),
                web.post("/stand-in/sign-in", self._pages.entered),
            ]
        )
        return app

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _rotate(self, _request: web.Request) -> web.Response:
        self._keys.rotate()
        log.info("signing key rotated")
        return web.Response(status=204)

    async def _discovery(self, request: web.Request) -> web.Response:
        base = f"{request.scheme}://{request.host}/{self._directory.tenant_id}"
        return web.json_response(
            {
                "issuer": self._issuer,
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
            }
        )

    async def _published_keys(self, _request: web.Request) -> web.Response:
        return web.json_response(self._keys.published())

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        who = {"grant": form.get("grant_type"), "client": form.get("client_id")}
        try:
            if origin := request.headers.get(hdrs.ORIGIN):
                self._check_origin(origin, form.get("client_id", ""))
            answer = self._grants.token(form)
        except OAuthError as error:
            log.warning("token refused", extra={**who, "reason": f"AADSTS{error.number}"})
            return web.json_response(error.body(), status=error.status)
        log.info("token issued", extra=who)
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _check_origin(self, origin: str, client_id: str) -> None:
        application = self._directory.applications.get(client_id)
        if application and not application.may_call_from(origin):
            reason = "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type."
            raise OAuthError("invalid_request", 9002326, reason)

    @web.middleware
    async def _cross_origin(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """CORS: pages of registered applications may read the answers; documents everybody may read, anybody's."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        preflight = request.method == "OPTIONS"
        response = web.Response(status=204) if preflight else await handler(request)
        if any(one.may_call_from(origin) for one in self._directory.applications.values()):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = "GET, POST, OPTIONS"
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = "*"
            response.headers[hdrs.VARY] = hdrs.ORIGIN
        elif request.method == "GET" and "/oauth2/" not in request.path:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
        return response
