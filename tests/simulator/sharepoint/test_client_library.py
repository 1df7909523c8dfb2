"""SharePoint REST of a site: labels, the truth about inheritance, users; by the real client library and by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from office365.runtime.client_request_exception import ClientRequestException
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.compliance.store_proxy import SPPolicyStoreProxy

from simulator.entra.identity import SHAREPOINT
from simulator.entra.registrations import ACTOR_CLIENT_ID, OBSERVER_CLIENT_ID
from simulator.tenant import sharing
from tests.simulator.served_tenant import LABEL, PRIYA, RECORD, REGULATORY, SAM, ServedTenant

SITE = "https://wrenbridge.sharepoint.example/sites/planning-casework"
LIBRARY = f"{SITE}/Shared Documents"
BULK = "SP_CompliancePolicy_SPPolicyStoreProxy_SetComplianceTagOnBulkItems"


async def with_library[T](
    served: ServedTenant, work: Callable[[ClientContext], T], *, client: str = ACTOR_CLIENT_ID
) -> T:
    """Run `work` in a thread with the library's context of the site."""
    token = served.token(client, SHAREPOINT)

    def run() -> T:
        context = ClientContext(f"{served.base}/sharepoint/sites/planning-casework")
        return work(
            context.with_access_token(lambda: {"token_type": "Bearer", "access_token": token, "expires_in": 3600})
        )

    return await asyncio.to_thread(run)


async def rest(served: ServedTenant, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
    more = {"client": ACTOR_CLIENT_ID, "audience": SHAREPOINT, "Accept": "application/json;odata=nometadata"} | more
    return await served.call(method, f"/sharepoint/sites/planning-casework/_api/{path}", body, **more)


def numbers(served: ServedTenant) -> list[int]:
    return [item.list_item_id for item in served.drive.items.values() if not item.is_folder]


async def test_published_labels(served: ServedTenant) -> None:
    """The library reads the site's published labels; those not published are missing; records show BlockEdit.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    tags = await with_library(
        served,
        lambda it: SPPolicyStoreProxy.get_available_tags_for_site(it, SITE).execute_query().value,
        client=OBSERVER_CLIENT_ID,
    )
    assert {tag.TagName: (tag.TagDuration, tag.BlockEdit) for tag in tags} == {
        LABEL: (2557, False),
        RECORD: (4383, True),
    }


async def test_published_labels_by_alias(served: ServedTenant) -> None:
    """The documented GET with an alias answers the same.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    path = f"SP.CompliancePolicy.SPPolicyStoreProxy.GetAvailableTagsForSite(siteUrl=@a1)?@a1='{SITE}'"
    _, told = await rest(served, "GET", path)
    assert [each["TagName"] for each in told["value"]] == [LABEL, RECORD]


async def test_default_label_of_a_library(served: ServedTenant) -> None:
    """The library sets a default label and reads it back; before, there is none.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """

    def work(it: ClientContext) -> str:
        SPPolicyStoreProxy.set_list_compliance_tag(it, LIBRARY, LABEL, False, False, True)
        it.execute_query()
        name = SPPolicyStoreProxy.get_list_compliance_tag(it, LIBRARY).execute_query().value.TagName
        return str(name)

    path = "SP_CompliancePolicy_SPPolicyStoreProxy_GetListComplianceTag"
    assert (await rest(served, "POST", path, {"listUrl": LIBRARY}))[1] == {"odata.null": True}
    assert await with_library(served, work) == LABEL
    assert all(item.stamp is not None for item in served.drive.items.values())


async def test_default_label_by_the_list(served: ServedTenant) -> None:
    """The library's way over the list, which asks for the root folder first, works too."""
    found = await with_library(
        served, lambda it: it.web.lists.get_by_title("Documents").set_compliance_tag(LABEL).execute_query()
    )
    assert found is not None
    assert served.drive.default_label is not None


async def test_labels_in_bulk(served: ServedTenant) -> None:
    """One call labels many items, explicitly; an empty name clears them.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    body = {"listUrl": LIBRARY, "complianceTagValue": LABEL, "itemIds": numbers(served)}
    assert (await rest(served, "POST", BULK, body))[0] == 200
    stamps = [item.stamp for item in served.drive.items.values() if not item.is_folder]
    assert all(stamp is not None and stamp.explicit and stamp.label.name == LABEL for stamp in stamps)
    assert (await rest(served, "POST", BULK, body | {"complianceTagValue": ""}))[0] == 200
    assert all(item.stamp is None for item in served.drive.items.values())


async def test_bulk_takes_a_hundred(served: ServedTenant) -> None:
    """101 ids, no ids and an unknown label are refused with 400 and change nothing.

    Source: https://pnp.github.io/powershell/cmdlets/Set-PnPRetentionLabel.html
    """
    body = {"listUrl": LIBRARY, "complianceTagValue": LABEL}
    unknown: dict[str, Any] = {"itemIds": [2], "complianceTagValue": "None"}
    many: dict[str, Any] = {"itemIds": list(range(1, 102))}
    none: dict[str, Any] = {"itemIds": []}
    for wrong in (many, none, unknown):
        assert (await rest(served, "POST", BULK, body | wrong))[0] == 400
    assert all(item.stamp is None for item in served.drive.items.values())


async def test_what_bulk_could_not_do_has_to_be_read_back(served: ServedTenant) -> None:
    """HTTP says 200 although a regulatory record kept its label and an item is not there.

    Source: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels
    """
    first, second = numbers(served)[:2]
    await rest(served, "POST", BULK, {"listUrl": LIBRARY, "complianceTagValue": REGULATORY, "itemIds": [first]})
    body = {"listUrl": LIBRARY, "complianceTagValue": LABEL, "itemIds": [first, second, 9999]}
    assert (await rest(served, "POST", BULK, body))[0] == 200
    kept, changed = served.drive.order[first], served.drive.order[second]
    assert kept is not None
    assert kept.stamp is not None
    assert kept.stamp.label.name == REGULATORY
    assert changed is not None
    assert changed.stamp is not None


async def test_observer_cannot_label(served: ServedTenant) -> None:
    """Without SharePoint's write role, 401.

    Source: https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
    """
    body = {"listUrl": LIBRARY, "complianceTagValue": LABEL, "itemIds": numbers(served)}
    assert (await rest(served, "POST", BULK, body, client=OBSERVER_CLIENT_ID))[0] == 401


async def test_another_sites_library_is_404(served: ServedTenant) -> None:
    """A library is labelled from its own site only."""
    body = {
        "listUrl": "https://wrenbridge.sharepoint.example/sites/none/Docs",
        "complianceTagValue": "",
        "itemIds": [1],
    }
    assert (await rest(served, "POST", BULK, body))[0] == 404


async def test_inheritance_is_told_truly(served: ServedTenant) -> None:
    """A folder's link is inherited by its files: `isInherited` says so, and uniqueness is the folder's alone.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    by = served.tenant.actor(served.person(SAM))
    folder, file = served.tenant.item_at(f"{LIBRARY}/Plans"), served.tenant.item_at(f"{LIBRARY}/Plans/plan 1.docx")
    sharing.create_link(served.tenant, folder, scope="anonymous", kind="edit", by=by)
    sharing.invite(served.tenant, file, mails=["bea@fabrikam.example"], role="read", by=by)
    path = f"web/lists(guid'{served.drive.list_id}')/items({file.list_item_id})/GetSharingInformation"
    query = "?$select=permissionsInformation&$expand=permissionsInformation"
    _, told = await rest(served, "GET", path + query, client=OBSERVER_CLIENT_ID)
    information = told["permissionsInformation"]
    (link,), (grant,) = information["links"], information["principals"]
    assert (link["isInherited"], link["linkDetails"]["AllowsAnonymousAccess"], link["linkDetails"]["LinkKind"]) == (
        True,
        True,
        5,
    )
    assert (grant["isInherited"], grant["principal"]["isExternal"], grant["role"]) == (False, True, 1)


async def test_unique_assignments_by_the_library(served: ServedTenant) -> None:
    """The library reads HasUniqueRoleAssignments of one item.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    notes = served.tenant.item_at(f"{LIBRARY}/notes.docx")

    def work(it: ClientContext) -> Any:
        item = it.web.lists.get_by_id(served.drive.list_id).items.get_by_id(notes.list_item_id)
        return item.select(["HasUniqueRoleAssignments"]).get().execute_query().properties["HasUniqueRoleAssignments"]

    assert await with_library(served, work) is False
    by = served.tenant.actor(served.person(SAM))
    sharing.create_link(served.tenant, notes, scope="organization", kind="view", by=by)
    assert await with_library(served, work) is True


async def test_field_update_says_200_and_reports_each_field(served: ServedTenant) -> None:
    """ValidateUpdateListItem sets the asset id, and reports a field that is not there inside a 200.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    number = numbers(served)[0]
    path = f"web/GetList(@l)/items({number})/ValidateUpdateListItem()?@l='/sites/planning-casework/Shared Documents'"
    values = [{"FieldName": "ComplianceAssetId", "FieldValue": "IA-004"}, {"FieldName": "Nope", "FieldValue": "x"}]
    status, told = await rest(served, "POST", path, {"formValues": values})
    assert status == 200
    assert [each["HasException"] for each in told["value"]] == [False, True]
    _, item = await rest(served, "GET", f"web/lists/getbytitle('Documents')/items({number})?$select=ComplianceAssetId")
    assert item == {"ComplianceAssetId": "IA-004"}


async def test_field_update_by_the_library(served: ServedTenant) -> None:
    """The library's own call does the same."""
    number = numbers(served)[0]

    def work(it: ClientContext) -> Any:
        item = it.web.lists.get_by_id(served.drive.list_id).items.get_by_id(number)
        return item.validate_update_list_item({"ComplianceAssetId": "IA-004"}).execute_query().value

    (outcome,) = await with_library(served, work)
    assert (outcome.FieldName, outcome.HasException) == ("ComplianceAssetId", False)


async def test_site_users(served: ServedTenant) -> None:
    """The library lists those whom the site knows, a guest with a grant too.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    by = served.tenant.actor(served.person(SAM))
    notes = served.tenant.item_at(f"{LIBRARY}/notes.docx")
    sharing.invite(served.tenant, notes, mails=["bea@fabrikam.example"], role="read", by=by)
    users = await with_library(
        served, lambda it: {each.properties["Title"] for each in it.web.site_users.get().execute_query()}
    )
    assert {PRIYA, SAM, "Bea"} <= users


async def test_library_reports_errors(served: ServedTenant) -> None:
    """A refusal reaches the library with status, code and words."""

    def work(it: ClientContext) -> None:
        SPPolicyStoreProxy.set_list_compliance_tag(it, LIBRARY, "No such label")
        it.execute_query()

    with pytest.raises(ClientRequestException) as caught:
        await with_library(served, work)
    assert caught.value.response is not None
    assert caught.value.response.status_code == 400
    assert "No such label" in str(caught.value.message)


async def test_locked_site_answers_423(served: ServedTenant) -> None:
    """A site without access is told apart from one that is not there.

    Source: https://learn.microsoft.com/sharepoint/manage-lock-status
    """
    served.tenant.site("sites/planning-casework").lock = "NoAccess"
    assert (await rest(served, "GET", "web"))[0] == 423
    path = "/sharepoint/sites/none/_api/web"
    assert (await served.call("GET", path, client=ACTOR_CLIENT_ID, audience=SHAREPOINT))[0] == 404


async def test_what_is_not_here_is_501_and_counted(served: ServedTenant) -> None:
    """An operation that the simulated tenant does not have answers 501 in SharePoint's shape, and is counted by name."""
    status, told = await rest(served, "GET", "web/features")
    assert (status, "SP.Web.features" in told["odata.error"]["message"]["value"]) == (501, True)
    assert served.tenant.unanswered == {"SP.Web.features": 1}
