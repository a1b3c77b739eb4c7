"""Calls: the handler of the ``calls`` queue (G), the timers that read call records and repair (H, K10)."""

import azure.functions as func

from shared.bootstrap import services

blueprint = func.Blueprint()


@blueprint.service_bus_queue_trigger(arg_name="message", queue_name="calls", connection="SERVICEBUS_CONNECTION")
async def calls_process(message: func.ServiceBusMessage) -> None:
    await services().retries.handle("calls", message, services().calls.process)


@blueprint.timer_trigger(arg_name="timer", schedule="%CALL_SYNC_SCHEDULE%")
async def calls_sync(timer: func.TimerRequest) -> None:
    await services().enterprise_calls.run()


@blueprint.timer_trigger(arg_name="timer", schedule="%CALL_REPAIR_SCHEDULE%")
async def calls_repair(timer: func.TimerRequest) -> None:
    await services().unlogged_calls.repair()
