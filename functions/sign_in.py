"""Who asks: the access token of a request, for somebody who may use the phone (A5)."""

from typing import TYPE_CHECKING

import azure.functions as func

from shared.bootstrap import services

if TYPE_CHECKING:
    from shared.entra.access import Person


async def voice_user(req: func.HttpRequest) -> "Person":
    """Raises Unauthorised ``token-missing`` or ``token-invalid``, Forbidden ``role-missing``, Limited
    ``phone-too-often``: what one phone sends too much goes no further than here."""
    person = await services().access_tokens.voice_user(req.headers.get("Authorization"))
    services().phone.limiter.take(person.object_id)
    return person
