"""Timer: finds sites, libraries, owners and sharing levels; queues a sync for what is new."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_DISCOVERY%")
async def discover_sites(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.DISCOVERY, late=timer.past_due)
