"""HTTP: the people's pages. Anonymous to the host: Easy Auth stands before it, and says who is signed in.

Source: https://learn.microsoft.com/azure/app-service/overview-authentication-authorization
"""

import azure.functions as func

from custos.bootstrap import custos
from custos.pages import wiring
from custos.pages.http import Request

blueprint = func.Blueprint()


@blueprint.route(route="page/{*path}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def people_pages(req: func.HttpRequest) -> func.HttpResponse:
    request = Request(
        method=req.method or "",
        path=req.route_params.get("path", "").strip("/"),
        query=req.params,
        headers={name.lower(): value for name, value in req.headers.items()},
        body=req.get_body(),
    )
    reply = await wiring.respond(await custos(), request)
    return func.HttpResponse(reply.body, status_code=reply.status, headers=dict(reply.headers), mimetype=reply.mimetype)
