"""Retention labels through SharePoint: set on many items at once, and listed as published on a site.

Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from office365.sharepoint.client_context import ClientContext

    from custos.m365.sharepoint import SharePoint

LARGEST_BULK = 100
_BULK = "SP_CompliancePolicy_SPPolicyStoreProxy_SetComplianceTagOnBulkItems"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLabel:
    """One label that is published to a site. `days` is its period, None where it never ends or was not told.

    `is_record` and `is_regulatory` are read from the flags BlockEdit and SuperLock.
    """

    label_id: str
    name: str
    days: int | None
    based_on: str
    is_record: bool
    is_regulatory: bool
    deletes: bool


async def set_labels_in_bulk(
    sharepoint: SharePoint,
    site_url: str,
    list_url: str,
    name: str,
    list_item_ids: Sequence[int],
    *,
    until: float = math.inf,
) -> None:
    """Put the label `name` ("" takes labels off) on up to 100 items of the library at `list_url` (absolute, public).

    One call, 2 units by our count. Sent once, and not after `until` (epoch seconds). What Microsoft answers does not tell
    which items took it: read them back. Raises ValueError beyond 100 items; Refused for an unknown name, Forbidden,
    Locked, NotFound, Late.
    Permission: SharePoint's own Sites.ReadWrite.All; Sites.FullControl.All for labels that make records.
    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    if not 0 < len(list_item_ids) <= LARGEST_BULK:
        raise ValueError(f"1 to {LARGEST_BULK} items a call, not {len(list_item_ids)}")
    payload = {"listUrl": list_url, "complianceTagValue": name, "itemIds": list(list_item_ids)}

    def work(context: ClientContext) -> None:
        _post(context, _BULK, payload)

    what = f"label {len(list_item_ids)} items of {list_url}"
    await sharepoint.on_site(site_url, work, what=what, until=until)


async def published_labels(sharepoint: SharePoint, site_url: str) -> list[PublishedLabel]:
    """The labels that are published to the site; a label need not be published to be set. 2 units by our count.

    Raises Forbidden, NotFound, Locked. Permission: SharePoint's own Sites.Read.All.
    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """

    def work(context: ClientContext) -> list[Any]:
        from office365.sharepoint.compliance.store_proxy import SPPolicyStoreProxy

        return list(SPPolicyStoreProxy.get_available_tags_for_site(context, site_url).execute_query().value)

    found = await sharepoint.on_site(site_url, work, what=f"list the labels of {site_url}")
    return [
        PublishedLabel(
            label_id=str(tag.TagId or ""),
            name=str(tag.TagName or ""),
            days=_days(tag.TagDuration),
            based_on=str(tag.TagRetentionBasedOn or ""),
            is_record=bool(tag.BlockEdit),
            is_regulatory=bool(tag.SuperLock),
            deletes=bool(tag.AutoDelete),
        )
        for tag in found
    ]


def _days(told: object) -> int | None:
    try:
        return int(str(told)) or None if told else None
    except ValueError:
        return None


def _post(context: ClientContext, operation: str, payload: dict[str, Any]) -> None:
    """Post to a service operation that the library does not wrap, with the context's token, digest and retry."""
    from office365.runtime.http.http_method import HttpMethod
    from office365.runtime.http.request_options import RequestOptions

    pending = context.pending_request()
    request = RequestOptions(f"{pending.service_root_url}/{operation}", method=HttpMethod.Post, data=payload)
    request.ensure_header("Accept", "application/json;odata=nometadata")
    request.ensure_header("Content-Type", "application/json;odata=nometadata")
    pending.execute_request_direct(request)
