"""Who asks: the one sign-in of every route for people (A5, design.md rule 16)."""

from collections.abc import Awaitable, Callable

import azure.functions as func

from functions.responses import Handler, problems
from shared.bootstrap import services
from shared.entra.roles import Person
from shared.phone.limiter import Budget

SignedIn = Callable[[func.HttpRequest, Person], Awaitable[func.HttpResponse]]


def authenticated(budget: Budget) -> Callable[[SignedIn], Handler]:
    """For somebody who may use the phone, within what they may ask of this kind; errors as problem details.

    Answers 401 ``token-missing`` or ``token-invalid``, 403 ``role-missing``, 429 ``phone-too-often``: what one person
    asks too much goes no further than here.
    """

    def wrapped(handler: SignedIn) -> Handler:
        async def signing_in(req: func.HttpRequest) -> func.HttpResponse:
            person = await services().access_tokens.voice_user(req.headers.get("Authorization"))
            services().phone_limits.take(budget, person.object_id)
            return await handler(req, person)

        signed_in = problems(signing_in)
        # Named as the handler; its signature stays (req): the host binds each parameter of a function to a trigger.
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(signed_in, name, getattr(handler, name))
        return signed_in

    return wrapped
