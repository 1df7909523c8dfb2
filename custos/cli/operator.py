"""Who is at the keyboard. Approvals and releases are recorded with this identity.

On a real tenant it is the account that the Azure CLI is signed in with, read from its token; a name typed on the
command line counts only on a simulated tenant.
Source: https://learn.microsoft.com/python/api/azure-identity/azure.identity.azureclicredential
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
from base64 import urlsafe_b64decode

from custos.errors import BadInput, Mark, Problem
from custos.settings import Settings


def as_argument(parser: argparse.ArgumentParser) -> None:
    """`--as`, for rehearsals."""
    parser.add_argument(
        "--as",
        dest="person",
        default="",
        metavar="UPN",
        help="who of those who are signed in here does this (default: the last)",
    )


async def operator(settings: Settings, person: str | None) -> str:
    """The sign-in name of whoever runs the command. Raises BadInput when nobody is signed in, or `--as` is used for real."""
    if settings.is_rehearsal:
        return person or f"{getpass.getuser()}@rehearsal"
    if person:
        raise _problem("--as is for simulated tenants.", "Sign in with `az login` instead.")
    return await asyncio.to_thread(_signed_in)


def _signed_in() -> str:
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import AzureCliCredential, CredentialUnavailableError

    try:
        token = AzureCliCredential().get_token("https://graph.microsoft.com/.default").token
    except (ClientAuthenticationError, CredentialUnavailableError) as error:
        raise _problem("Nobody is signed in.", "Sign in with `az login` and try again.") from error
    payload = token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    name = claims.get("upn") or claims.get("oid")
    if not name:
        raise _problem("The token of the Azure CLI names nobody.", "Sign in with `az login` as a person.")
    return str(name)


def _problem(what: str, remedy: str) -> BadInput:
    return BadInput([Problem(Mark("command line"), what, remedy, code="operator")])
