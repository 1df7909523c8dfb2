"""The ways into the app that Easy Auth leaves open for Microsoft's services: nobody is signed in there, whatever a header says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from custos.jobs.refused_requests import FORGED_SIGN_IN, Door

if TYPE_CHECKING:
    from custos.bootstrap import Custos

_SIGNED_IN = "x-ms-client-principal"


def vouches(headers: Mapping[str, str]) -> bool:
    """Whether a request says that somebody is signed in, by any of Easy Auth's headers.

    Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
    """
    return any(name.lower().startswith(_SIGNED_IN) for name in headers)


def is_forged(app: Custos, door: Door, headers: Mapping[str, str]) -> bool:
    """Whether a request at an open door is to be refused, because it says that somebody signed in for it; then it is counted."""
    forged = vouches(headers)
    if forged:
        app.refused_requests.refused(door, FORGED_SIGN_IN)
    return forged
