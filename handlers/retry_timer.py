"""Queue: does a timer's work again that failed, or that another instance had in hand."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.storage.queues import RETRY
from custos.telemetry import about

blueprint = func.Blueprint()


@blueprint.queue_trigger(arg_name="message", queue_name=RETRY, connection="AzureWebJobsStorage")
async def retry_timer(message: func.QueueMessage) -> None:
    with about(message=message.id):
        await timers.retry(await custos(), message.get_json())
