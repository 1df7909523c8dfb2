"""HTTP: whether the app can do its work: storage, policies, age of the mirror, incidents."""

import json

import azure.functions as func

from custos.bootstrap import custos
from custos.jobs import health as condition

blueprint = func.Blueprint()


@blueprint.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 the host passes it
    found = await condition.check(await custos())
    return func.HttpResponse(
        json.dumps(found.as_json()), status_code=200 if found.well else 503, mimetype="application/json"
    )
