"""Who is signed in, by the headers that Easy Auth adds. They count only where Easy Auth guards the way: anybody can write a header.

| must hold | or else |
|---|---|
| the app's settings say that Easy Auth guards the page, and Azure does not say otherwise | unguarded |
| the header is there: a guarded path is reached by nobody else | nobody |
| it is what Easy Auth writes, of Microsoft Entra, and of no more than 32 KB | malformed |
| the claims name this tenant, and one person by an object id | tenant, malformed |

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

import msgspec

from custos.errors import CustosError

PRINCIPAL = "x-ms-client-principal"
PROVIDER = "x-ms-client-principal-idp"
_ID = "x-ms-client-principal-id"
_LARGEST = 32 * 1024
_ENTRA = "aad"
_OBJECT = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid")
_TENANT = ("http://schemas.microsoft.com/identity/claims/tenantid", "tid")
_PERSON = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class NotBelieved(CustosError):  # reads like the rest of the tree in custos.errors
    """Nobody that Easy Auth vouches for. `code` is the row of the table above."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class _Claim(msgspec.Struct):
    typ: str
    val: str = ""


class _Claims(msgspec.Struct):
    auth_typ: str
    claims: list[_Claim]

    def one(self, names: tuple[str, ...]) -> str:
        """The value of a claim; "" where it is missing or is told in two ways."""
        told = {claim.val for claim in self.claims if claim.typ in names}
        return told.pop() if len(told) == 1 else ""


def signed_in(headers: Mapping[str, str], *, guarded: bool, tenant_id: str) -> str:
    """The object id of who is signed in, in lower case. Raises NotBelieved. Names of headers are in lower case."""
    if not guarded:
        raise NotBelieved("unguarded", "Nobody signs in at this app: Easy Auth is not switched on.")
    written = headers.get(PRINCIPAL, "")
    if not written:
        raise NotBelieved("nobody", "The request reached the page without anybody having signed in.")
    claims = _claims(written)
    if claims.auth_typ.lower() != _ENTRA or headers.get(PROVIDER, _ENTRA).lower() != _ENTRA:
        raise NotBelieved("malformed", "Whoever is signed in is not signed in to Microsoft Entra.")
    if claims.one(_TENANT).lower() != tenant_id.lower():
        raise NotBelieved("tenant", "Whoever is signed in is of another tenant.")
    person = claims.one(_OBJECT).lower()
    if not _PERSON.fullmatch(person) or headers.get(_ID, person).lower() != person:
        raise NotBelieved("malformed", "The claims do not name one person.")
    return person


def _claims(written: str) -> _Claims:
    if len(written) > _LARGEST:
        raise NotBelieved("malformed", f"The header has {len(written)} characters.")
    try:
        return msgspec.json.decode(base64.b64decode(written, validate=True), type=_Claims)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise NotBelieved("malformed", f"The header cannot be read: {type(error).__name__}.") from error
