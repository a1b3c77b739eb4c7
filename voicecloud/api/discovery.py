"""Discovery of a user's API address, and the exchange of a password for a secret key."""

from aiohttp import web

from voicecloud.api.addresses import client_address
from voicecloud.api.http import Route, body, services
from voicecloud.organisation.model import required

SILO = "local"


async def discover(request: web.Request) -> object:
    return _found(request, request.query.get("user", ""))


async def discover_by_post(request: web.Request) -> object:
    return _found(request, required(await body(request), "user"))


async def sign_in(request: web.Request) -> object:
    """``{UserID, SecretKey, ...}`` for a user name and password; tries count against the name and the address."""
    document = await body(request)
    user_name = required(document, "UserName")
    found = services(request)
    address = client_address(request, found.settings.proxies)
    user, secret_key = await found.accounts.sign_in(user_name, required(document, "Password"), address)
    return {
        "UserID": user.id,
        "UserName": user.user_name,
        "OrganizationID": found.directory.organisation.id,
        "SecretKey": secret_key,
    }


def _found(request: web.Request, user_name: str) -> list[dict[str, object]]:
    user = services(request).directory.user_named(user_name)
    if user is None:
        return []
    url = f"{services(request).settings.public_url or f'{request.scheme}://{request.host}'}/"
    return [
        {
            "siloName": SILO,
            "username": user.user_name,
            "apiEndpoint": url,
            "uiEndpoint": url,
            "authority": None,
            "authorityIdPHint": None,
            "basicAuthEndpoint": url,
        }
    ]


ROUTES = [
    Route("GET", "/api/user", discover, public=True),
    Route("POST", "/api/user", discover_by_post, public=True),
    Route("POST", "/authuser/{username}", sign_in, public=True),
]
