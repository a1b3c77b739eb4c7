"""The status of agents kept in line: the ``presence`` queue, and its poll (E)."""

import azure.functions as func

from shared.bootstrap import services

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="presence", connection="SERVICEBUS_CONNECTION")
async def presence_process(message: func.ServiceBusMessage) -> None:
    await services().retries.handle("presence", message, services().presence.handler.process)


@blueprint.timer_trigger(arg_name="timer", schedule="%PRESENCE_POLL_SCHEDULE%")
async def presence_poll(timer: func.TimerRequest) -> None:
    await services().presence.polling.run()
