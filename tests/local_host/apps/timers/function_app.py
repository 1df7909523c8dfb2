"""Timers that report to a queue what they were told."""

import json
import typing

import azure.functions as func
from azure.functions.timer import TimerRequest

app = func.FunctionApp()


def _seen(timer: func.TimerRequest) -> list[str]:
    assert isinstance(timer, TimerRequest)  # the runtime's own kind, which knows the status
    return [json.dumps({"past_due": timer.past_due, "status": timer.schedule_status, "schedule": timer.schedule})]


@app.timer_trigger(arg_name="timer", schedule="%OFTEN%")
@app.queue_output(arg_name="out", queue_name="%OUT%-often", connection="AzureWebJobsStorage")
async def often(timer: func.TimerRequest, out: func.Out[typing.List[str]]) -> None:  # noqa: UP006  # the runtime knows no list[str]
    out.set(_seen(timer))


@app.timer_trigger(arg_name="timer", schedule="0 0 0 29 2 *")
@app.queue_output(arg_name="out", queue_name="%OUT%-leap-day", connection="AzureWebJobsStorage")
def leap_day(timer: func.TimerRequest, out: func.Out[typing.List[str]]) -> None:  # noqa: UP006  # the runtime knows no list[str]
    out.set(_seen(timer))


@app.timer_trigger(arg_name="timer", schedule="1.00:00:00")
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
@app.queue_output(arg_name="out", queue_name="%OUT%-stubborn", connection="AzureWebJobsStorage")
def stubborn(timer: func.TimerRequest, context: func.Context, out: func.Out[typing.List[str]]) -> None:  # noqa: UP006  # the runtime knows no list[str]
    if context.retry_context.retry_count < 2:
        raise RuntimeError("not yet")
    out.set([str(context.retry_context.retry_count)])
