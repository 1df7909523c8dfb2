"""The real SDKs against the tenant: managed identity tokens, Graph's request adapter, bytes and errors."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter

from tests.simulated_tenant import SimulatedTenant

if TYPE_CHECKING:
    from msgraph.generated.drives.item.drive_item_request_builder import DriveItemRequestBuilder
    from msgraph.generated.drives.item.items.item.delta.delta_request_builder import DeltaRequestBuilder

ERRORS = {"XXX": ODataError}

pytestmark = [
    pytest.mark.filterwarnings(f"ignore::DeprecationWarning:{package}.*")
    for package in ("kiota_abstractions", "msgraph")
]


def _drive(adapter: GraphRequestAdapter, drive_id: str) -> DriveItemRequestBuilder:
    """The SDK's builder of a drive. Imported late: the SDK warns of its own doings when it is imported."""
    from msgraph.graph_service_client import GraphServiceClient

    return GraphServiceClient(request_adapter=adapter).drives.by_drive_id(drive_id)


@pytest.fixture
async def adapter(tenant: SimulatedTenant) -> AsyncIterator[GraphRequestAdapter]:
    """Graph's request adapter, signed in as the observer through the managed identity endpoint."""
    credential = tenant.opening(tenant.environment["CUSTOS_OBSERVER_CLIENT_ID"])
    host = urlsplit(tenant.url).hostname or ""
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[host]
    )
    async with httpx.AsyncClient(timeout=30) as client, credential:
        found = GraphRequestAdapter(provider, client=client)
        found.base_url = tenant.environment["CUSTOS_GRAPH_URL"]
        yield found


async def test_a_whole_library_by_the_sdk(adapter: GraphRequestAdapter, tenant: SimulatedTenant) -> None:
    """The SDK's own builders reach delta, follow its links, and meet every item of a library."""
    planted = tenant.state()["planted"]
    drive_id = planted["stale_library"]["driveId"]
    first: DeltaRequestBuilder = _drive(adapter, drive_id).items.by_drive_item_id("root").delta
    builder: DeltaRequestBuilder | None = first
    names: set[str] = set()
    while builder is not None:
        raw = await adapter.send_primitive_async(builder.to_get_request_information(), "bytes", ERRORS)
        page = json.loads(raw)
        names |= {entry["name"] for entry in page["value"]}
        link = page.get("@odata.nextLink")
        builder = builder.with_url(link) if link else None
    assert {"FOI-2026-0417", "09 Advice letter.docx"} <= names


async def test_refusals_become_the_sdks_errors(adapter: GraphRequestAdapter) -> None:
    """A 404 is raised as ODataError with Graph's code."""
    request = _drive(adapter, "none").to_get_request_information()
    with pytest.raises(ODataError) as error:
        await adapter.send_primitive_async(request, "bytes", ERRORS)
    assert error.value.response_status_code == 404
    assert error.value.error is not None
    assert error.value.error.code == "itemNotFound"
