"""What a user sends or shows: the caller number of the next call (C4), text messages."""

import logging

from aiohttp import web

from shared.errors import InvalidInput
from shared.numbers import mask, to_e164
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.api.users import addressed
from voicecloud.notices.model import Notice
from voicecloud.organisation.model import required
from voicecloud.routing.events import SetCallerNumber
from voicecloud.users.rights import require_self

MAX_SMS = 1_000

log = logging.getLogger(__name__)


async def next_caller_number(request: web.Request) -> object:
    """``{CallAsNumber}``: shown by the next call only; null takes it back."""
    user = addressed(request)
    require_self(caller(request), user)
    number = (await body(request)).get("CallAsNumber")
    if number is not None and not isinstance(number, str):
        raise InvalidInput("field-type", "CallAsNumber is a text or null")
    telephony = services(request).telephony
    if user.is_person:
        telephony.engine.tell(SetCallerNumber(user.id, number))
    elif number is not None:
        raise InvalidInput("caller-number-not-allowed", "a program makes no calls of its own")
    telephony.notices.tell(Notice("UserConfigurationSetNextCLI", "User", user.id, {"Number": number}, lasting=False))
    return {"UserID": user.id, "CallAsNumber": number}


async def sms(request: web.Request) -> object:
    """``{TargetNumber, SmsText, SourceNumber?}``: accepted and noted in the log; there is no network to send it to.

    It comes from a number that the user may show when they call (C4), their own where none is named.
    """
    user = addressed(request)
    require_self(caller(request), user)
    document = await body(request)
    source = document.get("SourceNumber")
    if source is not None and not isinstance(source, str):
        raise InvalidInput("field-type", "SourceNumber is a text or null")
    if source and not user.is_person:
        raise InvalidInput("caller-number-not-allowed", "a program has no number of its own")
    if source:
        telephony = services(request).telephony
        telephony.engine.platform.check_caller_number(user.id, services(request).directory.spelled(source))
    target = to_e164(required(document, "TargetNumber"), services(request).directory.organisation.region)
    if target is None:
        raise InvalidInput("number", "TargetNumber is no phone number")
    text = required(document, "SmsText")
    if len(text) > MAX_SMS:
        raise InvalidInput("sms-too-long", f"a message has at most {MAX_SMS} characters")
    log.info("message accepted", extra={"user_id": user.id, "target": mask(target), "length": len(text)})
    return json_response({"UserID": user.id, "TargetNumber": target, "Accepted": True}, 202)


ROUTES = [
    Route("POST", "/users/{user}/features/cli/activate", next_caller_number),
    Route("POST", "/users/{user}/communication/sms", sms),
]
