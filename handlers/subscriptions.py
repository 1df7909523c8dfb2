"""Timer: renews Graph subscriptions at half-life and recreates those that are gone."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import timers
from custos.jobs.timers import Timer

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_SUBSCRIPTIONS%")
async def subscriptions(timer: func.TimerRequest) -> None:
    await timers.run(await custos(), Timer.SUBSCRIPTIONS, late=timer.past_due)
