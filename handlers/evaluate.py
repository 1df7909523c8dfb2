"""Timer and queue: evaluates policies on the mirror; the timer on everything, the queue on what changed."""

from datetime import datetime

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import evaluation, timers
from custos.jobs.timers import Timer
from custos.storage.queues import EVALUATE
from custos.telemetry import about, logger

blueprint = func.Blueprint()
_log = logger(__name__)


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_EVALUATION%")
async def evaluate_all(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.EVALUATION, late=timer.past_due)


@blueprint.queue_trigger(arg_name="message", queue_name=EVALUATE, connection="AzureWebJobsStorage")
async def evaluate_changed(message: func.QueueMessage) -> None:
    asked = datetime.fromisoformat(message.get_json()["asked_at"])
    with about(message=message.id):
        evaluated = await evaluation.evaluate_changes(await custos())
        findings = len(evaluated.outlook.findings) if evaluated is not None else 0
        _log.info("changes evaluated", extra={"asked_at": asked.isoformat(), "findings": findings})
