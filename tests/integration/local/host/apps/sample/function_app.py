"""Every kind of trigger the host serves, with what a test can see of each."""

import asyncio
import json
import time

import azure.functions as func

app = func.FunctionApp()
seen: list[dict[str, object]] = []
running = {"now": 0, "most": 0}


@app.route("calls/{callId:guid}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def get_call(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"id": req.route_params["callId"], "query": dict(req.params)}))


@app.route("echo/{word?}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    headers = {"X-Word": req.route_params.get("word", "none"), "Set-Cookie": "a=1; Path=/; HttpOnly; SameSite=Lax"}
    return func.HttpResponse(req.get_body(), status_code=201, headers=headers)


@app.route("boom", auth_level=func.AuthLevel.ANONYMOUS)
def boom(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("on purpose")


@app.route("slow", auth_level=func.AuthLevel.ANONYMOUS)
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.sleep(float(req.params["seconds"]))
    return func.HttpResponse("done")


@app.route("own", auth_level=func.AuthLevel.FUNCTION)
async def own_key(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("opened")


@app.route("master", auth_level=func.AuthLevel.ADMIN)
async def master_only(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("opened")


@app.route("seen", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def show_seen(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"seen": seen, "running": running}), mimetype="application/json")


@app.route("{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def zz_rest(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"rest {req.route_params.get('path', '')}")


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    seen.append({"timer": "tick", "pastDue": timer.past_due})


@app.service_bus_queue_trigger(arg_name="message", queue_name="%SAMPLE_QUEUE%", connection="SERVICEBUS_CONNECTION")
async def on_message(message: func.ServiceBusMessage) -> None:
    """The body says what to do: ``boom``, ``slow <seconds>``, or anything else."""
    body = message.get_body().decode()
    enqueued = message.enqueued_time_utc
    seen.append(
        {
            "body": body,
            "at": time.perf_counter(),
            "id": message.message_id,
            "deliveries": message.delivery_count,
            "properties": message.application_properties,
            "subject": message.subject,
            "enqueued": enqueued.isoformat() if enqueued else None,
            "metadata": sorted(message.metadata or {}),
        }
    )
    running["now"] += 1
    running["most"] = max(running.values())
    try:
        if body.startswith("slow "):
            await asyncio.sleep(float(body.removeprefix("slow ")))
    finally:
        running["now"] -= 1
    if body == "boom":
        raise RuntimeError("on purpose")
