"""Queue: delivers one person's digest."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import digests
from custos.storage.queues import NOTIFY
from custos.telemetry import about

blueprint = func.Blueprint()


@blueprint.queue_trigger(arg_name="message", queue_name=NOTIFY, connection="AzureWebJobsStorage")
async def notify(message: func.QueueMessage) -> None:
    with about(message=message.id):
        await digests.deliver(await custos(), message.get_json())
