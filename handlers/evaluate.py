"""Timer and queue: evaluates policies on the mirror; the timer on everything, the queue on the libraries that changed."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import evaluation
from custos.storage.queues import EVALUATE

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_EVALUATION%")
async def evaluate_all(timer: func.TimerRequest) -> None:
    await evaluation.evaluate(await custos(), late=timer.past_due)


@blueprint.queue_trigger(arg_name="message", queue_name=EVALUATE, connection="AzureWebJobsStorage")
async def evaluate_changed(message: func.QueueMessage) -> None:
    await evaluation.evaluate(await custos(), drives=frozenset(message.get_json()["drives"]))
