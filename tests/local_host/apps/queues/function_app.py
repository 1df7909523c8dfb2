"""Queue functions that report to a queue. Names come from settings, so that each test has its own."""

import asyncio
import json
import typing

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="%IN%", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="report", queue_name="%OUT%", connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage, report: func.Out[typing.List[str]]) -> None:  # noqa: UP006  # the runtime knows no list[str]
    text = message.get_body().decode()
    if text.startswith("slow"):
        await asyncio.sleep(float(text.split()[1]))
    if text == "bad":
        raise ValueError("bad message")
    if text == "many":
        report.set(["one", '["two"]', '{"three": 3}'])
        return
    seen = {"text": text, "count": message.dequeue_count, "id": message.id, "dated": message.insertion_time is not None}
    report.set([json.dumps(seen)])


@app.route(route="put", auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="out", queue_name="%IN%", connection="AzureWebJobsStorage")
def put(req: func.HttpRequest, out: func.Out[str]) -> func.HttpResponse:
    out.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)
