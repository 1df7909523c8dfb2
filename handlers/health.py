"""HTTP: whether the app can do its work: storage, policies, age of the mirror, incidents."""

import json

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import health as condition
from custos.jobs import unguarded_paths
from custos.jobs.refused_requests import Door

blueprint = func.Blueprint()


@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:
    app = await custos()
    if unguarded_paths.is_forged(app, Door.HEALTH, req.headers):
        return func.HttpResponse(status_code=403)
    found = await condition.check(app)
    return func.HttpResponse(
        json.dumps(found.as_json()), status_code=200 if found.well else 503, mimetype="application/json"
    )
