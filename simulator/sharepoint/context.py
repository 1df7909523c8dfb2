"""`_api/contextinfo`: the form digest that clients ask for before everything else.

A request with a bearer token is not checked for it.
Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
"""

from __future__ import annotations

import hashlib

from simulator.odata import Complex, Many, Returned
from simulator.sharepoint.node import Operation
from simulator.sharepoint.scope import RequestScope

_SECONDS = 1800


def context_information(scope: RequestScope, base: str) -> Operation:
    """What `POST _api/contextinfo` does at the web whose address is `base`."""

    def tell() -> Returned:
        at = scope.tenant.clock.now()
        mark = hashlib.sha512(f"{scope.caller.client_id} {base} {at}".encode()).hexdigest().upper()
        told = {
            "FormDigestTimeoutSeconds": _SECONDS,
            "FormDigestValue": f"0x{mark},{at:%d %b %Y %H:%M:%S} -0000",
            "LibraryVersion": "16.0.25528.12009",
            "SiteFullUrl": base,
            "SupportedSchemaVersions": Many(["14.0.0.0", "15.0.0.0"], "Edm.String"),
            "WebFullUrl": base,
        }
        return Returned("GetContextWebInformation", Complex("SP.ContextWebInformation", told))

    return Operation(lambda _given: tell())
