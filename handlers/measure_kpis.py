"""Timer: measures the key performance indicators and publishes the day's values."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_KPIS%")
async def measure_kpis(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.KPIS, late=timer.past_due)
