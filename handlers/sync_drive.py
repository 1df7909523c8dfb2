"""Queue: brings the mirror of one library up to date."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import sync
from custos.storage.queues import SYNC
from custos.telemetry import about

blueprint = func.Blueprint()


@blueprint.queue_trigger(arg_name="message", queue_name=SYNC, connection="AzureWebJobsStorage")
async def sync_drive(message: func.QueueMessage) -> None:
    wanted = message.get_json()
    with about(message=message.id, drive=wanted["drive"]):
        await sync.sync(
            await custos(), wanted["drive"], full=wanted.get("full", False), reauthorise=wanted.get("reauthorise", "")
        )
