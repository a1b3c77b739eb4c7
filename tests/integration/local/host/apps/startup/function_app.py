"""A timer that runs at start and takes as long as a test lets it."""

import asyncio

import azure.functions as func

app = func.FunctionApp()
runs: list[dict[str, object]] = []
may_end = asyncio.Event()


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%", run_on_startup=True)
async def long_run(timer: func.TimerRequest) -> None:
    runs.append({"pastDue": timer.past_due, "status": timer.schedule_status})
    await may_end.wait()
    runs[-1]["ended"] = True
