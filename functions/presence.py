"""The status of agents: the ``presence`` queue, its poll, and the phone's requests (B, E)."""

import azure.functions as func

from functions.responses import json_body, json_response
from functions.sign_in import authenticated
from shared.bootstrap import services
from shared.entra.model import Person
from shared.phone.limiter import Budget

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="presence", connection="SERVICEBUS_CONNECTION")
async def presence_process(message: func.ServiceBusMessage) -> None:
    await services().retries.handle("presence", message, services().presence.handler.process)


@blueprint.timer_trigger(arg_name="timer", schedule="%PRESENCE_POLL_SCHEDULE%")
async def presence_poll(timer: func.TimerRequest) -> None:
    await services().presence.polling.run()


@blueprint.route("phone/availability", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.READS)
async def phone_availability(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.show(person.object_id))


@blueprint.route("phone/availability", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_availability_set(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.set(person.object_id, json_body(req)))


@blueprint.route("phone/pools/{poolid}", methods=["PUT"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.COMMANDS)
async def phone_pool(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().presence.phone.activate(person.object_id, req.route_params["poolid"], json_body(req))
    return func.HttpResponse(status_code=204)


@blueprint.route("phone/calls/{callid}/heartbeat", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_call_heartbeat(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    await services().presence.phone.call(person.object_id, req.route_params["callid"], json_body(req))
    return func.HttpResponse(status_code=204)


@blueprint.route("phone/presence", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@authenticated(Budget.HEARTBEATS)
async def phone_presence(req: func.HttpRequest, person: Person) -> func.HttpResponse:
    return json_response(await services().presence.phone.report(person.object_id, json_body(req)))
