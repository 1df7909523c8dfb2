"""One storage account, reached by connection string (Azurite) or by managed identity (Azure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies
from uuid import uuid4

from custos.settings import Settings
from custos.storage.blobs import Container
from custos.storage.lease import Lease
from custos.storage.queues import Queue
from custos.storage.rows import Rows
from custos.storage.state_format import StateFormat

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob import ContainerClient

_BACKOFF_FACTOR = 0.3
"""Seconds. Storage that stays away is told within three seconds, because Graph waits no longer for its answer."""
_PIECE_BYTES = 512 * 1024
"""What is larger than a mebibyte and sent in one go holds the event loop up."""

_DEVELOPMENT = "usedevelopmentstorage=true"
_EMULATOR = (
    "AccountName=devstoreaccount1;"
    "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1"
)
"""What the short form means, as in every Azure SDK. The key is the emulator's, published, the same on every machine.

Source: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
"""


@dataclass
class Account:
    """Opens tables, queues and containers by name, creating each on first use, and closes them all together."""

    settings: Settings
    credential: AsyncTokenCredential | None = None
    _open: dict[tuple[str, str], Rows | Queue | Container] = field(default_factory=dict, init=False)

    @cached_property
    def state_format(self) -> StateFormat:
        """Whether the state in this account is of the format that this version keeps."""
        return StateFormat(partial(self._table, "unchecked"))

    @cached_property
    def _transport(self) -> Mapping[str, Any]:
        """Options of every asynchronous client. A proxy of the environment is obeyed. Where there is none aiohttp is told so: else it looks
        for a password file at each request, in a thread of its own, which costs a third of the request.

        Source: https://docs.aiohttp.org/en/stable/client_advanced.html#proxy-support (trust_env)
        """
        return {"use_env_settings": bool(getproxies())}

    def rows(self, table: str) -> Rows:
        """The table `table` (letters and digits only). State of another format is refused before it is asked."""
        return self._table("table", table)

    def _table(self, kind: str, table: str) -> Rows:
        found = self._open.get((kind, table))
        if not isinstance(found, Rows):
            from azure.data.tables.aio import TableClient

            if self.settings.storage_connection:
                client = TableClient.from_connection_string(
                    self.settings.storage_connection, table, retry_backoff_factor=_BACKOFF_FACTOR, **self._transport
                )
            else:
                client = TableClient(
                    self._endpoint("table"),
                    table,
                    credential=self.credential,
                    retry_backoff_factor=_BACKOFF_FACTOR,
                    **self._transport,
                )
            check = self.state_format.check if kind == "table" else None
            found = self._open[kind, table] = Rows(client, check)
        return found

    def lease(self, table: str, key: str, owner: str = "") -> Lease:
        """The lease on `key`, kept in `table`; `owner` is a name of its own by default."""
        return Lease(self.rows(table), key, owner or uuid4().hex, self.settings.lease_seconds)

    def queue(self, name: str) -> Queue:
        """The queue `name`, with the base64 text that the Functions host expects."""
        found = self._open.get(("queue", name))
        if not isinstance(found, Queue):
            from azure.storage.queue import TextBase64DecodePolicy, TextBase64EncodePolicy
            from azure.storage.queue.aio import QueueClient

            encode, decode = TextBase64EncodePolicy(), TextBase64DecodePolicy()

            if self.settings.storage_connection:
                client = QueueClient.from_connection_string(
                    self.settings.storage_connection,
                    name,
                    message_encode_policy=encode,
                    message_decode_policy=decode,
                    initial_backoff=0,
                    increment_base=1,
                    retry_total=2,
                    random_jitter_range=0,
                    **self._transport,
                )
            else:
                client = QueueClient(
                    self._endpoint("queue"),
                    name,
                    credential=self.credential,
                    message_encode_policy=encode,
                    message_decode_policy=decode,
                    initial_backoff=0,
                    increment_base=1,
                    retry_total=2,
                    random_jitter_range=0,
                    **self._transport,
                )
            found = self._open["queue", name] = Queue(client)
        return found

    def container(self, name: str) -> Container:
        """The blob container `name`."""
        found = self._open.get(("blob", name))
        if not isinstance(found, Container):
            from azure.storage.blob.aio import ContainerClient

            if self.settings.storage_connection:
                client = ContainerClient.from_connection_string(
                    self.settings.storage_connection,
                    name,
                    max_single_put_size=_PIECE_BYTES,
                    max_block_size=_PIECE_BYTES,
                    **self._transport,
                )
            else:
                client = ContainerClient(
                    self._endpoint("blob"),
                    name,
                    credential=self.credential,
                    max_single_put_size=_PIECE_BYTES,
                    max_block_size=_PIECE_BYTES,
                    **self._transport,
                )
            found = self._open["blob", name] = Container(client)
        return found

    def blocking_container(self, name: str) -> ContainerClient:
        """The blob container `name` for code that runs in a thread."""
        from azure.storage.blob import ContainerClient

        if self.settings.storage_connection:
            return ContainerClient.from_connection_string(self.settings.storage_connection, name)
        from azure.identity import ManagedIdentityCredential

        credential = ManagedIdentityCredential(client_id=self.settings.observer_client_id)
        return ContainerClient(self._endpoint("blob"), name, credential=credential)

    def delta_options(self) -> Mapping[str, str]:
        """Storage options for delta-rs (`deltalake`) and Polars on this account: nothing else says where it is.

        Both list blobs with `startFrom`, which Azurite passes over before its 3.37 (that wants Node 22 and is slow to
        start), except from an `emulator`. object_store looks for one at 127.0.0.1:10000, or where an environment variable of
        the whole process says; the address of this one is told to this client alone, as its proxy.

        object_store asks a virtual machine's endpoint for the managed identity's tokens unless it is told of another one, and a
        function app has no such endpoint: it would never read or write a table. The secret of the app's own, IDENTITY_HEADER, it
        finds by itself (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference).
        Sources: https://docs.rs/object_store/latest/object_store/azure/enum.AzureConfigKey.html,
        https://docs.rs/object_store/latest/object_store/enum.ClientConfigKey.html, https://github.com/Azure/Azurite/pull/2688
        """
        connection = self.settings.storage_connection
        if not connection:
            told = {"azure_msi_endpoint": self.settings.identity_endpoint} if self.settings.identity_endpoint else {}
            return {
                "account_name": self.settings.storage_account,
                "azure_client_id": self.settings.observer_client_id,
                **told,
            }
        if connection.rstrip(";").lower() == _DEVELOPMENT:
            connection = _EMULATOR
        parts = dict(part.split("=", 1) for part in connection.split(";") if "=" in part)
        name = parts["AccountName"]
        suffix = parts.get("EndpointSuffix", "core.windows.net")
        endpoint = urlsplit(parts.get("BlobEndpoint") or f"https://{name}.blob.{suffix}")
        where = (
            {"azure_endpoint": endpoint.geturl().rstrip("/")}
            if endpoint.scheme == "https"
            else {
                "azure_storage_use_emulator": "true",
                "allow_http": "true",
                "proxy_url": f"{endpoint.scheme}://{endpoint.netloc}",
            }
        )
        return {"account_name": name, "account_key": parts["AccountKey"], **where}

    async def close(self) -> None:
        """Close every client. The account can be used again afterwards."""
        for opened in self._open.values():
            await opened.close()
        self._open.clear()

    def _endpoint(self, service: str) -> str:
        return f"https://{self.settings.storage_account}.{service}.core.windows.net"
