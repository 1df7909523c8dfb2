"""HTTP: where Microsoft Graph says that something changed. Checks and enqueues, nothing else, so that it answers within 3 s.

A notification is a hint to sync a library, never data to act on. What cannot be stored answers 503, and Graph sends it again.
Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import azure.functions as func

from custos.bootstrap import custos
from custos.errors import StorageTrouble
from custos.jobs import unguarded_paths, webhook
from custos.jobs.refused_requests import Door

blueprint = func.Blueprint()


@blueprint.route(route="graph/notifications", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
async def graph_notifications(req: func.HttpRequest) -> func.HttpResponse:
    app = await custos()
    if unguarded_paths.is_forged(app, Door.NOTIFICATION, req.headers):
        return _plain(403, "")
    token = req.params.get("validationToken")
    if token is not None:
        return _plain(*webhook.handshake(token))
    try:
        return _plain(await webhook.receive(app, req.get_body()), "")
    except StorageTrouble:
        return _plain(503, "")


def _plain(status: int, text: str) -> func.HttpResponse:
    return func.HttpResponse(
        text, status_code=status, mimetype="text/plain", headers={"X-Content-Type-Options": "nosniff"}
    )
