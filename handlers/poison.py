"""Queues `*-poison`: a message that failed each time becomes an incident that an operator sees in `custos status`."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import incidents
from custos.storage.queues import ACT, EVALUATE, NOTIFY, RETRY, SYNC, poison

blueprint = func.Blueprint()


@blueprint.queue_trigger(arg_name="message", queue_name=poison(SYNC), connection="AzureWebJobsStorage")
async def poisoned_sync(message: func.QueueMessage) -> None:
    await incidents.record_poison(await custos(), SYNC, message.get_body())


@blueprint.queue_trigger(arg_name="message", queue_name=poison(EVALUATE), connection="AzureWebJobsStorage")
async def poisoned_evaluate(message: func.QueueMessage) -> None:
    await incidents.record_poison(await custos(), EVALUATE, message.get_body())


@blueprint.queue_trigger(arg_name="message", queue_name=poison(ACT), connection="AzureWebJobsStorage")
async def poisoned_act(message: func.QueueMessage) -> None:
    await incidents.record_poison(await custos(), ACT, message.get_body())


@blueprint.queue_trigger(arg_name="message", queue_name=poison(NOTIFY), connection="AzureWebJobsStorage")
async def poisoned_notify(message: func.QueueMessage) -> None:
    await incidents.record_poison(await custos(), NOTIFY, message.get_body())


@blueprint.queue_trigger(arg_name="message", queue_name=poison(RETRY), connection="AzureWebJobsStorage")
async def poisoned_retry(message: func.QueueMessage) -> None:
    await incidents.record_poison(await custos(), RETRY, message.get_body())
