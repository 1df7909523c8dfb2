"""What a client of the simulated tenant has to be given, on loopback alone.

| address | what it does |
|---|---|
| `GET /sim/clients` | environment variables that send any client here |
| `POST /sim/certificates` | `{"client": "tools", "certificate": PEM}`: the app may prove itself by this certificate from now on |
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from cryptography import x509

from simulator.control.loopback import loopback_only
from simulator.entra.assertions import thumbprint
from simulator.entra.identity import AUTHORITY
from simulator.entra.managed_identity import IDENTITY_HEADER
from simulator.entra.registrations import ACTOR_CLIENT_ID, BOT_CLIENT_ID, OBSERVER_CLIENT_ID, TOOLS_CLIENT_ID
from simulator.tenant.state import Tenant

TRUST = web.AppKey("trust", Path)
"""The file with the certificate of the proxy's authority."""
CLIENTS = {
    "observer": OBSERVER_CLIENT_ID,
    "actor": ACTOR_CLIENT_ID,
    "bot": BOT_CLIENT_ID,
    "tools": TOOLS_CLIENT_ID,
}
"""The app registrations by the names that the control addresses use."""


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """The two addresses."""
    return [web.get("/sim/clients", _clients), web.post("/sim/certificates", _upload(tenant))]


async def _clients(request: web.Request) -> web.Response:
    loopback_only(request)
    base = f"{request.scheme}://{request.host}"
    identity = {"IDENTITY_ENDPOINT": f"{base}/msi/token", "IDENTITY_HEADER": IDENTITY_HEADER}
    if TRUST not in request.app:
        words = "The simulated tenant is no proxy: start it with `python -m simulator serve --proxy`."
        return web.json_response({"error": {"code": "invalidRequest", "message": words}}, status=409)
    trusted = str(request.app[TRUST].resolve())
    proxied = {"HTTPS_PROXY": base, "HTTP_PROXY": base, "NO_PROXY": "127.0.0.1,localhost"}
    bundles = dict.fromkeys(("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), trusted)
    return web.json_response({**proxied, **bundles, **identity})


def _upload(tenant: Tenant) -> Any:
    async def upload(request: web.Request) -> web.Response:
        loopback_only(request)
        try:
            body = msgspec.json.decode(await request.read(), type=_Upload)
            client_id = CLIENTS[body.client]
            certificate = x509.load_pem_x509_certificate(body.certificate.encode())
            request.app[AUTHORITY].upload(client_id, certificate)
        except KeyError:
            return _refused(f"Say as client one of {', '.join(CLIENTS)}.")
        except (msgspec.DecodeError, ValueError) as error:
            return _refused(f"That is no certificate: {error}")
        told = {"clientId": client_id, "tenantId": tenant.id, "thumbprint": thumbprint(certificate)}
        return web.json_response(told, status=201)

    return upload


class _Upload(msgspec.Struct, frozen=True):
    certificate: str
    client: str = "tools"


def _refused(message: str) -> web.Response:
    return web.json_response({"error": {"code": "invalidRequest", "message": message}}, status=400)
