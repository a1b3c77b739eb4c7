"""Keeps the control page, which has no sign-in, to the person at this machine: no other page may reach or frame it."""

import re
from ipaddress import ip_address

from aiohttp import web

from shared.errors import Forbidden, Misconfigured
from voicecloud.api.http import Handler, Route

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
"""RFC 9110, section 7.2."""


def check_place(host: str, *, has_trunk: bool) -> None:
    """Raises Misconfigured ``setting`` unless we listen on this machine only and no call of it can cost money."""
    if not is_this_machine(host):
        raise Misconfigured("setting", "the control page has no sign-in: VOICECLOUD_HOST has to be 127.0.0.1")
    if has_trunk:
        raise Misconfigured("setting", "the control page has no sign-in: it is not served beside a SIP trunk")


def is_this_machine(host: str) -> bool:
    """Of a name or address: loopback (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3)."""
    plain = host.strip("[]").lower()
    if plain == "localhost" or plain.endswith(".localhost"):
        return True
    try:
        return ip_address(plain).is_loopback
    except ValueError:
        return False


def guarded(route: Route) -> Route:
    """The route, asked by pages of its own origin and by programs only."""
    return Route(route.method, route.path, only_from_here(route.handler), public=route.public)


def only_from_here(handler: Handler) -> Handler:
    """Raises Forbidden ``foreign-origin`` for another site's page, also one whose name was made to lead here."""

    async def handle(request: web.Request) -> object:
        named, origin = _HOST.fullmatch(request.host), request.headers.get("Origin")
        if named is None or not is_this_machine(named[1]) or origin not in {None, f"{request.scheme}://{request.host}"}:
            raise Forbidden("foreign-origin", "the control page answers to its own pages on this machine only")
        return await handler(request)

    return handle
