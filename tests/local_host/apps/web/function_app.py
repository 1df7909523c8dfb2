"""HTTP functions that tell what reached them."""

import asyncio
import json
import logging
import time

import azure.functions as func

log = logging.getLogger("app")

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="echo/{site}/{*rest}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def echo(req: func.HttpRequest) -> func.HttpResponse:
    told = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(told), mimetype="application/json")


@app.route(route="echo/fixed/place", auth_level=func.AuthLevel.ANONYMOUS)
def fixed(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("fixed")


@app.route(route="hook", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def hook(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.params["validationToken"], mimetype="text/plain")


@app.route(route="keyed")
def keyed(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)


@app.route(route="owners", auth_level=func.AuthLevel.ADMIN)
def owners(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)


@app.route(route="raise", auth_level=func.AuthLevel.ANONYMOUS)
def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("the secret reason")


@app.route(route="answer", auth_level=func.AuthLevel.ANONYMOUS)
def answer(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(
        b"\x00\xff", status_code=418, mimetype="application/x-teapot", headers={"X-Kind": "pot"}
    )
    response.headers.add("Set-Cookie", "a=1; Path=/")
    response.headers.add("Set-Cookie", "b=2; HttpOnly")
    return response


@app.route(route="log/{how}", auth_level=func.AuthLevel.ANONYMOUS)
async def logs(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    log.info("from async code")
    await asyncio.to_thread(log.info, "from its thread")
    return func.HttpResponse(context.invocation_id)


@app.route(route="logsync", auth_level=func.AuthLevel.ANONYMOUS)
def logs_in_thread(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    log.info("from sync code")
    return func.HttpResponse(context.invocation_id)


@app.route(route="slow/{seconds}", auth_level=func.AuthLevel.ANONYMOUS)
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.sleep(float(req.route_params["seconds"]))
    return func.HttpResponse("slept")


@app.route(route="block/{seconds}", auth_level=func.AuthLevel.ANONYMOUS)
def block(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(float(req.route_params["seconds"]))
    return func.HttpResponse("slept")
