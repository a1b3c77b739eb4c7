"""The number index: its timer and the handler of the ``dataverse-changes`` queue (K3)."""

import azure.functions as func

from shared.bootstrap import services

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%INDEX_SYNC_SCHEDULE%", run_on_startup=True)
async def index_sync(timer: func.TimerRequest) -> None:
    await services().index_notifications.request()


@blueprint.service_bus_queue_trigger(
    arg_name="message", queue_name="dataverse-changes", connection="SERVICEBUS_CONNECTION"
)
async def index_changes(message: func.ServiceBusMessage) -> None:
    await services().retries.handle("dataverse-changes", message, services().index_notifications.process)
