"""Callbacks: the poll timer and the handler of the ``callbacks`` queue (F1-F4)."""

import azure.functions as func

from shared.bootstrap import services

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CALLBACK_POLL_SCHEDULE%")
async def callbacks_poll(timer: func.TimerRequest) -> None:
    await services().callback_polling.run()


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="callbacks", connection="SERVICEBUS_CONNECTION")
async def callbacks_process(message: func.ServiceBusMessage) -> None:
    await services().retries.handle("callbacks", message, services().callbacks.process)
