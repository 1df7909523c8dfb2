"""The three questions asked by a straightforward script on Microsoft's `msgraph-sdk`, with its typed models.

    GRAPH_URL=… CLIENT_ID=… NOW=2026-11-23T09:00:00Z python -m peers.msgraph_script ANSWERS.json [/sites/x …]

It does what Microsoft's pages and samples lead to: all sites, their libraries, list items with `$select` of the compliance tag,
delta with `Prefer: hierarchicalsharing` for the sharing signal, and permissions of the items that carry one. Two libraries at a
time, the SDK's own retries on. More at a time gain nothing: making the typed models keeps a core busy, and while it does nobody answers
the connections that are being opened.

Sources: https://learn.microsoft.com/graph/api/listitem-list, https://learn.microsoft.com/graph/api/driveitem-delta and
https://learn.microsoft.com/onedrive/developer/rest-api/concepts/scan-guidance
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from azure.identity.aio import ManagedIdentityCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.generated.drives.item.items.item.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.sites.item.drives.drives_request_builder import DrivesRequestBuilder
from msgraph.generated.sites.item.lists.item.items.items_request_builder import ItemsRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from peers.answers import Answers, path_of

_TWO_YEARS = timedelta(days=731)
_LIBRARIES_AT_ONCE = 2
_PAGE = 200
_TRIES = 4
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


async def pages(builder: Any, configuration: Any = None) -> AsyncIterator[Any]:
    """Every page of a collection. The configuration goes with each, for its headers are not part of the next link."""
    page = await _page(builder, configuration)
    while page is not None:
        yield page
        link = page.odata_next_link
        page = await _page(builder.with_url(link), configuration) if link else None


async def _page(builder: Any, configuration: Any) -> Any:
    """One page. The SDK retries what the server refuses for now, and not a connection that broke."""
    for _ in range(_TRIES - 1):
        try:
            return await builder.get(request_configuration=configuration)
        except httpx.TransportError:
            continue
    return await builder.get(request_configuration=configuration)


class Scan:
    """Goes through the tenant once."""

    def __init__(self, graph: GraphServiceClient, now: datetime, sites: Sequence[str] = ()) -> None:
        self._graph = graph
        self._sites = frozenset(sites)
        self._now = now
        self._room = asyncio.Semaphore(_LIBRARIES_AT_ONCE)
        self._files = 0
        self._skipped = 0
        self._unlabelled: list[str] = []
        self._open: list[str] = []
        self._untouched: list[str] = []

    async def run(self) -> Answers:
        """Ask everything."""
        async with asyncio.TaskGroup() as group:
            async for page in pages(self._graph.sites.get_all_sites):
                for site in page.value:
                    if not site.is_personal_site and (not self._sites or path_of(site.web_url) in self._sites):
                        group.create_task(self._site(site.id))
        return Answers(
            looked=self._files,
            unlabelled=self._unlabelled,
            open=self._open,
            untouched=self._untouched,
            notes={"sites skipped": self._skipped},
        )

    async def _site(self, site_id: str) -> None:
        wanted = DrivesRequestBuilder.DrivesRequestBuilderGetQueryParameters(
            select=["id", "name", "webUrl", "sharePointIds"]
        )
        drives = self._graph.sites.by_site_id(site_id).drives
        try:
            async for page in pages(drives, RequestConfiguration(query_parameters=wanted)):
                for drive in (each for each in page.value if not each.web_url.endswith("/SiteAssets")):
                    async with self._room:
                        await self._labels(site_id, drive)
                        await self._links(drive)
        except ODataError as error:
            if error.response_status_code not in (403, 404, 423):
                raise
            self._skipped += 1  # locked, archived or gone

    async def _labels(self, site_id: str, drive: Any) -> None:
        """Labels and the last change, from list items."""
        wanted = ItemsRequestBuilder.ItemsRequestBuilderGetQueryParameters(
            select=["id", "webUrl", "contentType", "lastModifiedDateTime", "lastModifiedBy"],
            expand=["fields($select=_ComplianceTag)"],
            top=_PAGE,
        )
        items = self._graph.sites.by_site_id(site_id).lists.by_list_id(drive.share_point_ids.list_id).items
        files, last = 0, datetime.min.replace(tzinfo=UTC)
        async for page in pages(items, RequestConfiguration(query_parameters=wanted)):
            for item in page.value:
                if item.content_type and item.content_type.id.startswith("0x0120"):
                    continue  # a folder
                files += 1
                if not item.fields.additional_data.get("_ComplianceTag"):
                    self._unlabelled.append(path_of(item.web_url))
                if item.last_modified_by and item.last_modified_by.user:
                    last = max(last, item.last_modified_date_time)
        self._files += files
        if files and last < self._now - _TWO_YEARS:
            self._untouched.append(path_of(drive.web_url))

    async def _links(self, drive: Any) -> None:
        """Files under an Anyone link, from delta and the permissions of what carries a sharing signal."""
        wanted = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(
            select=["id", "name", "webUrl", "file", "folder", "parentReference", "shared", "deleted"], top=_PAGE
        )
        configuration = RequestConfiguration(query_parameters=wanted)
        configuration.headers.add("Prefer", "hierarchicalsharing")
        delta = self._graph.drives.by_drive_id(drive.id).items.by_drive_item_id("root").delta
        items: dict[str, Any] = {}
        async for page in pages(delta, configuration):
            items |= {item.id: item for item in page.value if item.deleted is None}
        shared = [item.id for item in items.values() if item.shared is not None]
        linked = {item_id for item_id in shared if await self._has_anyone_link(drive.id, item_id)}
        self._open += [
            path_of(item.web_url) for item in items.values() if item.file is not None and _reached(item, items, linked)
        ]

    async def _has_anyone_link(self, drive_id: str, item_id: str) -> bool:
        builder = self._graph.drives.by_drive_id(drive_id).items.by_drive_item_id(item_id).permissions
        async for page in pages(builder):
            for permission in page.value:
                link, ends = permission.link, permission.expiration_date_time
                if link and link.scope == "anonymous" and (ends is None or ends <= _NEVER or ends > self._now):
                    return True
        return False


def _reached(item: Any, items: dict[str, Any], linked: set[str]) -> bool:
    at = item
    while at is not None:
        if at.id in linked:
            return True
        at = items.get(at.parent_reference.id) if at.parent_reference and at.parent_reference.id else None
    return False


async def main(answers: Path, sites: Sequence[str]) -> None:
    """Ask about some sites, or all, and save the answers."""
    async with ManagedIdentityCredential(client_id=os.environ["CLIENT_ID"]) as credential:
        host = os.environ["GRAPH_URL"].split("/")[2].partition(":")[0]
        provider = AzureIdentityAuthenticationProvider(
            credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[host]
        )
        adapter = GraphRequestAdapter(provider)
        adapter.base_url = os.environ["GRAPH_URL"]
        now = datetime.fromisoformat(os.environ["NOW"])
        (await Scan(GraphServiceClient(request_adapter=adapter), now, sites).run()).save(answers)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
