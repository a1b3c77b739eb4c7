"""The sample without a broker: HTTP and a timer."""

import json

import azure.functions as func

app = func.FunctionApp()
seen: list[object] = []


@app.route("calls/{callId:guid}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def get_call(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({"id": req.route_params["callId"], "query": dict(req.params)}))


@app.route("echo/{word?}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    headers = {"X-Word": req.route_params.get("word", "none"), "Set-Cookie": "a=1; Path=/; HttpOnly"}
    return func.HttpResponse(req.get_body(), status_code=201, headers=headers)


@app.route("boom", auth_level=func.AuthLevel.ANONYMOUS)
def boom(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("on purpose")


@app.route("{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def zz_rest(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"rest {req.route_params.get('path', '')}")


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    seen.append({"pastDue": timer.past_due})
