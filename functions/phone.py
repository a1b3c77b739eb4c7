"""The web phone's requests (D3, D6)."""

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.model import Person
from shared.phone.limiter import Budget

blueprint = func.Blueprint()


@blueprint.route("phone/calls/{callid}", methods=["PATCH"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_call_notes(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    note = await services().call_notes.take(req.route_params["callid"], person.object_id, json_body(req))
    return json_response(
        {
            "notes": note.notes,
            "customer": note.customer and {"kind": note.customer.kind, "id": str(note.customer.id)},
            "callbackRequest": note.callback_request and str(note.callback_request),
        }
    )
