"""The endpoints: discovery, keys, tokens, and the page where one chooses who to sign in as."""

import html
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from local.entra.directory import Application, Directory
from local.entra.keys import SigningKeys
from local.entra.tokens import CODE_S, OAuthError, SignIn, Tokens

PAGE = Path(__file__).parent / "sign_in.html"
STYLE = Path(__file__).parent / "sign_in.css"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
}


class Entra:
    """One tenant's endpoints under ``/{tenant}``; ``origin`` is the https address tokens name as their issuer."""

    def __init__(self, directory: Directory, keys: SigningKeys, origin: str) -> None:
        self._directory = directory
        self._keys = keys
        self._base = f"{origin}/{directory.tenant_id}"
        self._tokens = Tokens(directory, keys, f"{self._base}/v2.0")
        self._grants: dict[str, Callable[[dict[str, str]], dict[str, object]]] = {
            "client_credentials": self._tokens.for_application,
            "authorization_code": self._tokens.for_code,
            "refresh_token": self._tokens.for_refresh,
        }

    def application(self) -> web.Application:
        app = web.Application(middlewares=[_cors])
        tenant = f"/{self._directory.tenant_id}"
        app.add_routes(
            [
                web.get("/health", self._health),
                web.get(f"{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
                web.get(f"{tenant}/discovery/v2.0/keys", self._published_keys),
                web.post(f"{tenant}/oauth2/v2.0/token", self._token),
                web.get(f"{tenant}/oauth2/v2.0/authorize", self._authorize),
                web.post(f"{tenant}/oauth2/v2.0/authorize", self._chosen),
                web.get("/sign_in.css", self._style),
                web.post("/stand-in/rotate", self._rotate),
            ]
        )
        return app

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _style(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STYLE)

    async def _rotate(self, _request: web.Request) -> web.Response:
        self._keys.rotate()
        return web.Response(status=204)

    async def _discovery(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": f"{self._base}/v2.0",
                "authorization_endpoint": f"{self._base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{self._base}/oauth2/v2.0/token",
                "jwks_uri": f"{self._base}/discovery/v2.0/keys",
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
        grant = self._grants.get(form.get("grant_type", ""), _unsupported)
        try:
            return web.json_response(grant(form))
        except OAuthError as error:
            return web.json_response(error.body, status=error.status)

    async def _authorize(self, request: web.Request) -> web.Response:
        """The page with the people to choose from."""
        self._check(request)
        people = "".join(
            f'<li><button name="person" value="{html.escape(person.object_id)}">'
            f"<strong>{html.escape(person.name)}</strong><span>{html.escape(person.email)}</span>"
            f"<small>{html.escape(', '.join(person.roles) or 'no role')}</small></button></li>"
            for person in self._directory.people.values()
        )
        page = PAGE.read_text(encoding="utf-8").replace("{{people}}", people)
        return web.Response(text=page, content_type="text/html")

    async def _chosen(self, request: web.Request) -> web.Response:
        application = self._check(request)
        person = self._directory.people.get(str((await request.post()).get("person", "")))
        if person is None:
            raise web.HTTPBadRequest(text="Choose one of the people.")
        query = request.query
        code = self._tokens.new_code(
            SignIn(
                person=person,
                application=application,
                redirect_uri=query["redirect_uri"],
                scope=query.get("scope", "openid"),
                nonce=query.get("nonce", ""),
                challenge=query["code_challenge"],
                expires_at=time.time() + CODE_S,
            )
        )
        separator = "#" if query.get("response_mode") == "fragment" else "?"
        answer = urlencode({"code": code, "state": query.get("state", "")})
        raise web.HTTPFound(f"{query['redirect_uri']}{separator}{answer}")

    def _check(self, request: web.Request) -> Application:
        """The application that asks. What is wrong is shown here: an unchecked address is never redirected to."""
        query = request.query
        application = self._directory.applications.get(query.get("client_id", ""))
        if application is None:
            raise web.HTTPBadRequest(text="AADSTS700016: The application was not found in the tenant.")
        if query.get("redirect_uri") not in application.redirect_uris:
            raise web.HTTPBadRequest(text="AADSTS50011: The redirect URI is not one of the application's.")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            raise web.HTTPBadRequest(text="AADSTS9002325: Proof Key for Code Exchange (S256) is required.")
        if not query.get("code_challenge"):
            raise web.HTTPBadRequest(text="AADSTS501491: The code challenge is missing.")
        return application


def _unsupported(_form: dict[str, str]) -> dict[str, object]:
    raise OAuthError("unsupported_grant_type", 70003, "The grant type is not supported.")


@web.middleware
async def _cors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.method == "OPTIONS":
        return web.Response(status=204, headers=CORS)
    response = await handler(request)
    response.headers.update(CORS)
    return response
