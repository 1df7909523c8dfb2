"""The Azure Functions app: registers the triggers, nothing else. Each handler is in `handlers/`, what it asks for in `custos/jobs/`."""

import azure.functions as func

from handlers import (
    act,
    backstop_sync,
    digests,
    discover_sites,
    evaluate,
    graph_notifications,
    health,
    measure_kpis,
    notify,
    poison,
    reconcile,
    retry_timer,
    subscriptions,
    sweep,
    sync_drive,
    teams_messages,
)

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
for module in (
    graph_notifications,
    teams_messages,
    health,
    measure_kpis,
    sync_drive,
    evaluate,
    act,
    notify,
    poison,
    discover_sites,
    backstop_sync,
    reconcile,
    subscriptions,
    digests,
    sweep,
    retry_timer,
):
    app.register_functions(module.blueprint)
