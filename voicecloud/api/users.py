"""Users."""

from aiohttp import web

from voicecloud.api.http import Route, caller, services
from voicecloud.organisation.model import User


async def list_users(request: web.Request) -> object:
    return [_row(request, user) for user in services(request).directory.users.values()]


async def get_user(request: web.Request) -> object:
    return _row(request, addressed(request))


def addressed(request: web.Request) -> User:
    """The user of ``{user}`` in the path, where ``me`` is who asks. Raises Missing ``user-unknown``."""
    user_id = request.match_info["user"]
    return caller(request) if user_id == "me" else services(request).directory.user(user_id)


def _row(request: web.Request, user: User) -> dict[str, object]:
    return {
        "Id": user.id,
        "UserName": user.user_name,
        "OrganizationID": services(request).directory.organisation.id,
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "Email": user.user_name,
        "WorkNumber": user.work_number or None,
        "MobileNumber": user.mobile_number or None,
        "Roles": list(user.roles),
    }


ROUTES = [Route("GET", "/users", list_users), Route("GET", "/users/{user}", get_user)]
