"""Timer: queues a sync of every library, whether or not a notification came (design §3.4)."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_SYNC%")
async def backstop_sync(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.SYNC, late=timer.past_due)
