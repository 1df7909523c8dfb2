"""Timer: queues a full comparison of every library, which finds what delta missed."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_RECONCILE%")
async def reconcile(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.RECONCILIATION, late=timer.past_due)
