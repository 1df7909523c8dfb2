"""The app's storage accounts, by the connection that a binding names.

A connection NAME is the setting NAME (or AzureWebJobsNAME): a connection string, `UseDevelopmentStorage=true` for an
emulator on its usual ports; or NAME__accountName or NAME__queueServiceUri for an identity, found by
DefaultAzureCredential.
Source: https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azure.storage.queue.aio import QueueClient

from local_host.errors import MissingPrerequisite

if TYPE_CHECKING:
    from azure.identity.aio import DefaultAzureCredential
    from azure.storage.blob.aio import ContainerClient

HOST_CONNECTION = "AzureWebJobsStorage"
# A proxy or a password file of the environment has no say in what stays on the machine, and is looked up for each request.
_LOOPBACK = re.compile(r"//(127\.0\.0\.1|localhost)[:/]")
_EMULATOR = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
)


@dataclass
class Storage:
    """Opens each queue and container once, and closes them all together. Messages lie there as they are sent."""

    settings: Mapping[str, str]
    _queues: dict[tuple[str, str], QueueClient] = field(default_factory=dict, init=False)
    _containers: dict[str, ContainerClient] = field(default_factory=dict, init=False)
    _credential: DefaultAzureCredential | None = field(default=None, init=False)

    def check(self, connection: str, *, where: str) -> None:
        """Raises MissingPrerequisite when no setting says where `connection` leads."""
        if not self._connection_string(connection) and not self._address(connection, "queue"):
            raise MissingPrerequisite(f"{where} needs the setting {connection or HOST_CONNECTION}, which is not set.")

    def queue(self, connection: str, name: str) -> QueueClient:
        """The queue `name` of the account behind `connection`."""
        key = (connection or HOST_CONNECTION, name)
        if key not in self._queues:
            text = self._connection_string(connection)
            self._queues[key] = (
                QueueClient.from_connection_string(text, name, use_env_settings=not _LOOPBACK.search(text))
                if text
                else QueueClient(self._address(connection, "queue"), name, credential=self._identity())
            )
        return self._queues[key]

    def container(self, name: str) -> ContainerClient:
        """The blob container `name` of the host's own account."""
        if name not in self._containers:
            from azure.storage.blob.aio import ContainerClient

            text = self._connection_string(HOST_CONNECTION)
            self._containers[name] = (
                ContainerClient.from_connection_string(text, name)
                if text
                else ContainerClient(self._address(HOST_CONNECTION, "blob"), name, credential=self._identity())
            )
        return self._containers[name]

    async def close(self) -> None:
        """Close every client."""
        for queue in self._queues.values():
            await queue.close()
        for container in self._containers.values():
            await container.close()
        if self._credential is not None:
            await self._credential.close()

    def _connection_string(self, connection: str) -> str:
        name = connection or HOST_CONNECTION
        text = self.settings.get(name) or self.settings.get(f"AzureWebJobs{name}") or ""
        return _EMULATOR if text.strip().rstrip(";").lower() == "usedevelopmentstorage=true" else text

    def _address(self, connection: str, service: str) -> str:
        name = connection or HOST_CONNECTION
        account = self.settings.get(f"{name}__accountName")
        return self.settings.get(f"{name}__{service}ServiceUri") or (
            f"https://{account}.{service}.core.windows.net" if account else ""
        )

    def _identity(self) -> DefaultAzureCredential:
        if self._credential is None:
            from azure.identity.aio import DefaultAzureCredential

            self._credential = DefaultAzureCredential()
        return self._credential
