"""Blobs: plans, digests of ids, policy versions, whatever is too large for a row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError

from custos.errors import RowChanged, RowExists, StorageTrouble

if TYPE_CHECKING:
    from azure.storage.blob.aio import ContainerClient


@dataclass
class Container:
    """One container. Raises StorageTrouble when storage cannot be reached."""

    client: ContainerClient

    async def put(self, name: str, content: bytes | Iterable[bytes], *, overwrite: bool = True) -> None:
        """Write a blob. Raises RowExists when it is there and `overwrite` is False.

        Large content is given in pieces, as something that can be iterated more than once: it is sent as it is read.
        """
        try:
            try:
                await self.client.upload_blob(name, _sendable(content), overwrite=overwrite)
            except ResourceNotFoundError:
                try:
                    await self.client.create_container()
                except ResourceExistsError:
                    pass
                await self.client.upload_blob(name, _sendable(content), overwrite=overwrite)
        except ResourceExistsError as error:
            raise RowExists(f"blob {name} exists already") from error
        except AzureError as error:
            raise StorageTrouble(f"blob {name} cannot be written: {type(error).__name__}") from error

    async def get(self, name: str) -> bytes | None:
        """The blob's content, or None when there is no such blob."""
        try:
            stream = await self.client.download_blob(name)
            content: bytes = await stream.readall()
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            raise StorageTrouble(f"blob {name} cannot be read: {type(error).__name__}") from error
        return content

    async def lines(self, name: str) -> AsyncIterator[bytes]:
        """The blob's lines without their ends, as they arrive; none when there is no such blob."""
        rest = b""
        try:
            stream = await self.client.download_blob(name)
            async for piece in stream.chunks():
                *whole, rest = (rest + piece).split(b"\n")
                for line in whole:
                    yield line
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise StorageTrouble(f"blob {name} cannot be read: {type(error).__name__}") from error
        if rest:
            yield rest

    async def pieces(self, name: str) -> AsyncIterator[bytes]:
        """The blob's content, as it arrives. Raises RowChanged when there is no such blob."""
        try:
            stream = await self.client.download_blob(name)
            async for piece in stream.chunks():
                yield piece
        except ResourceNotFoundError as error:
            raise RowChanged(f"blob {name} is gone") from error
        except AzureError as error:
            raise StorageTrouble(f"blob {name} cannot be read: {type(error).__name__}") from error

    async def names(self, prefix: str = "") -> AsyncIterator[str]:
        """The blobs whose names begin with `prefix`, in order of name."""
        try:
            async for name in self.client.list_blob_names(name_starts_with=prefix):
                yield name
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise StorageTrouble(f"blobs cannot be listed: {type(error).__name__}") from error

    async def delete(self, name: str) -> None:
        """Remove a blob; harmless when it is gone already."""
        try:
            await self.client.delete_blob(name)
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise StorageTrouble(f"blob {name} cannot be removed: {type(error).__name__}") from error

    async def close(self) -> None:
        await self.client.close()


def _sendable(content: bytes | Iterable[bytes]) -> bytes | Iterable[bytes]:
    """Bytes as they are, pieces from their beginning."""
    return content if isinstance(content, bytes) else iter(content)
