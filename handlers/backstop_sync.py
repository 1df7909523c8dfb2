"""Timer: queues a sync of every library, whether or not a notification came (design §3.4)."""

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import syncing

blueprint = func.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="%CUSTOS_SCHEDULE_SYNC%")
async def backstop_sync(timer: func.TimerRequest) -> None:
    await syncing.queue_all(await custos(), late=timer.past_due)
