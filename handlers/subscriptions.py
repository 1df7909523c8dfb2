"""Timer: renews Graph subscriptions at half-life and recreates those that are gone."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import subscribing

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_SUBSCRIPTIONS%")
async def subscriptions(timer: func.TimerRequest) -> None:
    await subscribing.reconcile(await custos(), late=timer.past_due)
