"""Queue: carries out one batch of a run, through the gate."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import runs
from custos.storage.queues import ACT
from custos.telemetry import about

blueprint = func.Blueprint()


@blueprint.queue_trigger(arg_name="message", queue_name=ACT, connection="AzureWebJobsStorage")
async def act(message: func.QueueMessage) -> None:
    with about(message=message.id):
        await runs.work(await custos(), message.get_json())
