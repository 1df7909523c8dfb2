"""HTTP: the Teams bot's messaging endpoint. Anonymous to the host: the token in the request is what counts.

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import json

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import bot_messages, unguarded_paths
from custos.jobs.refused_requests import Door

blueprint = func.Blueprint()


@blueprint.route(route="messages", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def teams_messages(req: func.HttpRequest) -> func.HttpResponse:
    app = await custos()
    if unguarded_paths.is_forged(app, Door.BOT, req.headers):
        return func.HttpResponse(status_code=403)
    answer = await bot_messages.receive(app, req.get_body(), req.headers.get("authorization"))
    body = json.dumps(answer.body) if answer.body is not None else ""
    return func.HttpResponse(body, status_code=answer.status, mimetype="application/json")
