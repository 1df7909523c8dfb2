"""Timer: prepares one digest a working day for each person and queues its delivery."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_DIGESTS%")
async def digests(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.DIGESTS, late=timer.past_due)
