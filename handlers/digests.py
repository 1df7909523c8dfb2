"""Timer: prepares one digest a working day for each person and queues its delivery."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import notifying

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_DIGESTS%")
async def digests(timer: func.TimerRequest) -> None:
    await notifying.prepare(await custos(), late=timer.past_due)
