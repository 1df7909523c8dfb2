"""A managed identity of this tenant for a client that shares its process with others.

azure-identity finds the endpoint of managed identities in the environment of the process alone. This asks the same endpoint
in the same protocol, at an address that it is given.
Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

if TYPE_CHECKING:
    from custos.m365.credentials import Opening

_VERSION = "2019-08-01"


def signed_in(environment: Mapping[str, str]) -> Opening:
    """Makes the credentials of the identities at the endpoint that `GET /sim/environment` told."""
    endpoint, header = environment["IDENTITY_ENDPOINT"], environment["IDENTITY_HEADER"]
    return lambda client_id: EndpointCredential(endpoint, header, client_id)


@dataclass
class EndpointCredential:
    """azure-core's AsyncTokenCredential for one identity. It keeps no token: whoever asks does."""

    endpoint: str
    header: str = field(repr=False)
    client_id: str

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,  # noqa: ARG002  # azure-core's signature; a managed identity knows none of these
        tenant_id: str | None = None,  # noqa: ARG002
        enable_cae: bool = False,  # noqa: ARG002
        **_: Any,
    ) -> AccessToken:
        """A token for the one scope, `https://…/.default`.

        Raises ClientAuthenticationError when the endpoint refuses, ServiceRequestError when it cannot be reached.
        """
        resource = scopes[0].removesuffix("/.default")
        wanted = {"api-version": _VERSION, "resource": resource, "client_id": self.client_id}
        try:
            async with (
                aiohttp.ClientSession(headers={"X-IDENTITY-HEADER": self.header}) as session,
                session.get(self.endpoint, params=wanted) as answer,
            ):
                if answer.status != 200:
                    raise ClientAuthenticationError(f"The endpoint answers {answer.status}.")
                told = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ServiceRequestError(f"The endpoint cannot be reached: {type(error).__name__}.") from error
        return AccessToken(told["access_token"], int(told["expires_on"]))

    async def close(self) -> None:
        """Nothing stays open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self.close()
