"""The page where one chooses who to sign in as, single sign-on by a cookie, and signing out."""

import html
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from local.entra.authorization import AuthorizationRequest, WayBack, read_wish, way_back
from local.entra.directory import Tenant, TenantUser
from local.entra.errors import OAuthError
from local.entra.grants import GrantedSignIn, Grants

HERE = Path(__file__).parent
COOKIE = "entra-session"
CHOICE = """<li><button name="person" value="{id}"{marked}>
<span class="face" aria-hidden="true">{initials}</span>
<span class="who"><strong>{name}</strong><span>{email}</span></span>
<span class="roles">{roles}</span>
</button></li>"""


class SignInPages:
    """What people see of ``/oauth2/v2.0/``. Sessions live in memory and end with the process."""

    def __init__(self, directory: Tenant, grants: Grants) -> None:
        self._directory = directory
        self._grants = grants
        self._sessions: dict[str, TenantUser] = {}

    async def authorize(self, request: web.Request) -> web.Response:
        """The page; or straight back, when somebody is signed in and the application does not ask for it."""
        back = self._way_back(request)
        try:
            wish = read_wish(request.query, self._directory)
            person = self._already(request, wish)
        except OAuthError as error:
            return _redirect(back.with_error(error))
        if person:
            return _redirect(back.with_code(self._code(back, wish, person)))
        return self._page(back, wish.login_hint)

    async def chosen(self, request: web.Request) -> web.Response:
        """The form of the page: a person was chosen, who is signed in from now on."""
        back = self._way_back(request)
        person = self._directory.people.get(str((await request.post()).get("person", "")))
        if person is None:
            return web.Response(status=400, text="Choose one of the people.")
        try:
            wish = read_wish(request.query, self._directory)
        except OAuthError as error:
            return _redirect(back.with_error(error))
        return self._signed_in(person, _redirect(back.with_code(self._code(back, wish, person))))

    async def entered(self, request: web.Request) -> web.Response:
        """``person`` (e-mail) and ``back``: the sign-in that people have behind them who come to a page of ours."""
        form = await request.post()
        address, back = str(form.get("person", "")), str(form.get("back", ""))
        person = next((one for one in self._directory.people.values() if one.email == address), None)
        if person is None or urlsplit(back).hostname != "localhost":
            return web.Response(status=400, text="person is one of the people, back a page on localhost.")
        return self._signed_in(person, web.Response(status=303, headers={"Location": back}))

    def _signed_in(self, person: TenantUser, response: web.Response) -> web.Response:
        session = secrets.token_urlsafe(24)
        self._sessions[session] = person
        response.set_cookie(COOKIE, session, httponly=True, samesite="Lax")
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """Forgets the session and goes back to an address of one of the applications, if one is given."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        address = request.query.get("post_logout_redirect_uri", "")
        registered = any(one.may_redirect_to(address) for one in self._directory.applications.values())
        response = _redirect(address) if registered else web.Response(text="You are signed out.")
        response.del_cookie(COOKIE)
        return response

    async def style(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(HERE / "sign_in.css")

    def _way_back(self, request: web.Request) -> WayBack:
        try:
            return way_back(request.query, self._directory)
        except OAuthError as error:
            raise web.HTTPBadRequest(text=str(error)) from error

    def _already(self, request: web.Request, wish: AuthorizationRequest) -> TenantUser | None:
        """Who is signed in, if that is who the application means. Raises OAuthError when the page is not allowed."""
        person = self._sessions.get(request.cookies.get(COOKIE, ""))
        meant = person is not None and wish.login_hint in {"", person.email}
        if wish.prompt == "none" and not meant:
            raise OAuthError("login_required", 50058, "A silent sign-in request was sent but no user is signed in.")
        return person if meant and wish.prompt in {"", "none"} else None

    def _code(self, back: WayBack, wish: AuthorizationRequest, person: TenantUser) -> str:
        sign_in = GrantedSignIn(person, back.application, back.address, wish.asked, wish.nonce, wish.challenge)
        return self._grants.new_code(sign_in)

    def _page(self, back: WayBack, login_hint: str) -> web.Response:
        choices = "\n".join(_choice(person, login_hint) for person in self._directory.people.values())
        page = (HERE / "sign_in.html").read_text(encoding="utf-8")
        page = page.replace("{{application}}", html.escape(back.application.name)).replace("{{people}}", choices)
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})


def _redirect(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address})


def _choice(person: TenantUser, login_hint: str) -> str:
    return CHOICE.format(
        id=html.escape(person.object_id),
        marked=" autofocus" if person.email == login_hint else "",
        initials=html.escape(person.initials),
        name=html.escape(person.name),
        email=html.escape(person.email),
        roles="".join(f"<small>{html.escape(role.removeprefix('Voice.'))}</small>" for role in person.roles),
    )
