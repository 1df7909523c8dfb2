"""Timer: finds what was written down and left behind by a worker that died, and queues it again."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_SWEEP%")
async def sweep(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.SWEEP, late=timer.past_due)
