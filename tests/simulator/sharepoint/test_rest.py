"""SharePoint REST: lists, rows, files, people, in each form that a client can ask for.

Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/get-to-know-the-sharepoint-rest-service
"""

from __future__ import annotations

from typing import Any

import pytest
from office365.runtime.client_request_exception import ClientRequestException
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.exceptions import SharePointException
from office365.sharepoint.listitems.caml.query import CamlQuery

from simulator.tenant import files, sharing
from tests.simulator.served_tenant import PRIYA, SAM, ServedTenant
from tests.simulator.sharepoint.clients import FORMS, anyone_link, item, rest, row, site, with_library

LISTS = "web/lists/getByTitle('Documents')"


def more_files(served: ServedTenant, count: int) -> None:
    by = served.tenant.actor(served.person(SAM))
    for number in range(count):
        files.upload(served.tenant, served.drive.root, f"letter {number}.txt", size=1, by=by)


async def pages(served: ServedTenant, path: str, next_link: str, *, form: str = "none") -> list[list[Any]]:
    """The pages from a path on, each a list of rows."""
    found = []
    while path:
        told = (await rest(served, "GET", path, form=form)).body
        told = told.get("d", told)
        found.append(told["results"] if "results" in told else told["value"])
        path = told.get(next_link, "")
    return found


async def test_site_says_which_group_it_belongs_to(served: ServedTenant) -> None:
    """`_api/site` tells the ids by which the site is known elsewhere, and nothing that was not chosen.

    Source: https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-csomspt
    """
    told = (await rest(served, "GET", "site?$select=GroupId,Id")).body
    assert told == {"GroupId": site(served).group_id, "Id": site(served).collection_id}


async def test_lists_with_their_folders(served: ServedTenant) -> None:
    """Lists are filtered, expanded and chosen from: `*` and a part of an expanded folder."""
    query = "$expand=RootFolder&$select=RootFolder/ServerRelativeUrl,*&$filter=BaseTemplate eq 101 and Hidden eq false"
    (told,) = (await rest(served, "GET", f"web/lists?{query}", form="v4")).body["value"]
    assert told["RootFolder"] == {"ServerRelativeUrl": "/sites/planning-casework/Shared Documents"}
    assert (told["Title"], told["ItemCount"]) == ("Documents", 4)
    assert not (await rest(served, "GET", "web/lists?$filter=BaseTemplate eq 100")).body["value"]


@pytest.mark.parametrize(
    ("form", "next_link"), [("none", "odata.nextLink"), ("v4", "@odata.nextLink"), ("verbose", "__next")]
)
async def test_rows_come_in_pages(served: ServedTenant, form: str, next_link: str) -> None:
    """A library's rows come in pages of `$top`, each row once, and the next page's address stands where the form puts it.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
    """
    more_files(served, 5)
    found = await pages(served, f"{LISTS}/items?$top=4&$select=Id", next_link, form=form)
    assert [len(page) for page in found] == [4, 4, 1]
    assert [each["Id"] for page in found for each in page] == list(range(1, 10))


async def test_library_reads_all_pages(served: ServedTenant) -> None:
    """office365-rest-python-client reads a library page by page, by chosen columns."""
    more_files(served, 5)

    def work(it: ClientContext) -> list[str]:
        rows = it.web.lists.get_by_title("Documents").items.select(["Id", "FileLeafRef"]).get_all(4).execute_query()
        return [each.properties["FileLeafRef"] for each in rows]

    found = await with_library(served, work)
    assert (len(found), found[0], found[-1]) == (9, "Plans", "letter 4.txt")


async def test_skip_does_nothing_for_rows(served: ServedTenant) -> None:
    """`$skip` is no way to page list items.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
    """
    assert len((await rest(served, "GET", f"{LISTS}/items?$skip=3")).body["value"]) == 4


async def test_a_person_of_a_row_has_to_be_expanded(served: ServedTenant) -> None:
    """A part of the author is told when the author is expanded, and refused with 400 when not.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
    """
    told = await rest(served, "GET", f"{row(served)}?$select=Author/Title&$expand=Author")
    assert told.body == {"Author": {"Title": SAM}}
    refused = await rest(served, "GET", f"{row(served)}?$select=Author/Title")
    assert (refused.status, refused.error[0]) == (400, "-1, Microsoft.SharePoint.SPException")


async def test_a_column_that_does_not_exist_is_400(served: ServedTenant) -> None:
    """Choosing or filtering by an unknown column is refused, and is not counted as missing from the simulator."""
    for query in ("$select=Wombat", "$filter=Wombat eq 1"):
        told = await rest(served, "GET", f"{LISTS}/items?{query}")
        assert (told.status, told.error[1]) == (400, "The field or property 'Wombat' does not exist.")
    assert not served.tenant.unanswered


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("FileSystemObjectType eq 1", {"Plans"}),
        ("substringof('plan',FileLeafRef) and FileSystemObjectType eq 0", {"plan 1.docx", "plan 2.docx"}),
        ("startswith(FileLeafRef,'notes') or Id eq 1", {"Plans", "notes.docx"}),
        ("not (FileSystemObjectType eq 0)", {"Plans"}),
        ("Created ge datetime'2026-01-01T00:00:00Z' and Id le 2", {"Plans", "plan 1.docx"}),
        ("Author/Title eq 'Sam Okafor' and Title eq null and Id gt 3", {"notes.docx"}),
        ("FileLeafRef eq 'it''s not here'", set[str]()),
    ],
)
async def test_filters(served: ServedTenant, condition: str, wanted: set[str]) -> None:
    """`$filter` compares columns, parts of people, texts and moments.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
    """
    told = await rest(served, "GET", f"{LISTS}/items?$select=FileLeafRef&$filter={condition.replace(' ', '%20')}")
    assert {each["FileLeafRef"] for each in told.body["value"]} == wanted


NO_CONDITIONS = (
    "Id eq",
    "Id eq 1 and",
    "(Id eq 1",
    "Id like 1",
    "Created ge datetime'soon'",
    "not " * 60 + "Id eq 1",
    "£",
)


@pytest.mark.parametrize("condition", NO_CONDITIONS)
async def test_filters_that_are_no_filters(served: ServedTenant, condition: str) -> None:
    """What cannot be read as a condition is refused with 400."""
    assert (await rest(served, "GET", f"{LISTS}/items?$filter={condition}")).status == 400


async def test_list_view_threshold(served: ServedTenant) -> None:
    """Beyond 5,000 rows a filter by a column without an index fails with 500, by the id or unfiltered it works.

    Source: https://learn.microsoft.com/office365/servicedescriptions/sharepoint-online-service-description/sharepoint-online-limits
    """
    served.tenant.limits.list_view = 3
    told = await rest(served, "GET", f"{LISTS}/items?$filter=FileLeafRef eq 'notes.docx'")
    assert (told.status, told.error[0]) == (500, "-2147024860, Microsoft.SharePoint.SPQueryThrottledException")
    assert len((await rest(served, "GET", f"{LISTS}/items?$filter=Id gt 2")).body["value"]) == 2

    def work(it: ClientContext) -> None:
        it.web.lists.get_by_title("Documents").items.filter("FileLeafRef eq 'notes.docx'").get().execute_query()

    with pytest.raises(SharePointException, match="list view threshold"):
        await with_library(served, work)


async def caml(served: ServedTenant, view: str, **more: Any) -> list[str]:
    """Names of the rows that a CAML view asks for."""
    told = await rest(served, "POST", f"{LISTS}/GetItems?$select=FileLeafRef", {"query": {"ViewXml": view, **more}})
    assert told.status == 200, told.body
    return [each["FileLeafRef"] for each in told.body["value"]]


async def test_rows_by_caml(served: ServedTenant) -> None:
    """A view asks for a folder or everything below, by conditions, in an order, up to a limit, from a position on.

    Source: https://learn.microsoft.com/sharepoint/dev/schema/query-schema
    """
    assert await caml(served, "") == ["Plans", "notes.docx"]
    assert await caml(served, '<View Scope="Recursive"/>') == ["plan 1.docx", "plan 2.docx", "notes.docx"]
    plans = "/sites/planning-casework/Shared Documents/Plans"
    assert await caml(served, "<View/>", FolderServerRelativeUrl=plans) == ["plan 1.docx", "plan 2.docx"]
    named = "<Contains><FieldRef Name='FileLeafRef'/><Value Type='Text'>plan</Value></Contains>"
    where = f"<Where><And>{named}<Geq><FieldRef Name='ID'/><Value Type='Counter'>2</Value></Geq></And></Where>"
    order = "<OrderBy><FieldRef Name='ID' Ascending='FALSE'/></OrderBy>"
    found = await caml(served, f"<View Scope='RecursiveAll'><Query>{where}{order}</Query><RowLimit>1</RowLimit></View>")
    assert found == ["plan 2.docx"]
    position = {"PagingInfo": "Paged=TRUE&p_ID=2"}
    whole = "<View Scope='RecursiveAll'><RowLimit>1</RowLimit></View>"
    assert await caml(served, whole, ListItemCollectionPosition=position) == ["plan 2.docx"]


async def test_library_asks_by_caml(served: ServedTenant) -> None:
    """office365-rest-python-client asks by CAML."""
    is_file = "<Eq><FieldRef Name='FSObjType'/><Value Type='Integer'>0</Value></Eq>"

    def work(it: ClientContext) -> list[str]:
        query = CamlQuery()
        query.ViewXml = f"<View Scope='RecursiveAll'><Query><Where>{is_file}</Where></Query><RowLimit Paged='TRUE'>9</RowLimit></View>"
        rows = it.web.lists.get_by_title("Documents").get_items(query).execute_query()
        return [each.properties["GUID"] for each in rows]

    assert len(await with_library(served, work)) == 3


@pytest.mark.parametrize(
    ("view", "status"),
    [
        ("<View><Query><Where><Wombat/></Where></Query></View>", 501),
        ("<View", 400),
        ("<View><RowLimit>x</RowLimit></View>", 400),
    ],
)
async def test_caml_that_is_not_understood(served: ServedTenant, view: str, status: int) -> None:
    """What is no view is refused, and a condition that the simulated tenant lacks is told as missing."""
    assert (await rest(served, "POST", f"{LISTS}/GetItems", {"query": {"ViewXml": view}})).status == status


async def test_caml_meets_the_threshold(served: ServedTenant) -> None:
    """A library beyond the list view threshold answers a view with a limit, and none without.

    Source: https://learn.microsoft.com/office365/servicedescriptions/sharepoint-online-service-description/sharepoint-online-limits
    """
    served.tenant.limits.list_view = 3
    assert (await rest(served, "POST", f"{LISTS}/GetItems", {"query": {"ViewXml": "<View/>"}})).status == 500
    assert await caml(served, "<View><RowLimit>2</RowLimit></View>") == ["Plans", "notes.docx"]


async def test_a_file_is_found_by_path_and_by_id(served: ServedTenant) -> None:
    """A file tells the ids by which Graph knows it; one that is not there is 404 in SharePoint's words."""
    path = "/sites/planning-casework/Shared Documents/Plans/plan 1.docx".replace(" ", "%20")
    query = "?$select=SiteId,VroomItemId,VroomDriveId"
    found = (await rest(served, "GET", f"web/GetFileByServerRelativePath(decodedUrl='{path}'){query}")).body
    wanted = item(served, "Plans/plan 1.docx")
    assert (found["VroomDriveID"], found["VroomItemID"], found["SiteId"]) == (
        served.drive.id,
        wanted.id,
        site(served).collection_id,
    )
    assert (await rest(served, "GET", f"web/GetFileById('{wanted.unique_id}'){query}")).body == found
    gone = await rest(served, "GET", f"web/GetFileByServerRelativePath(decodedUrl='{path}x')")
    assert (gone.status, gone.error[0]) == (404, "-2147024894, System.IO.FileNotFoundException")


async def test_a_file_leads_to_its_row_and_library(served: ServedTenant) -> None:
    """From a file to the number of its row and the path of its library in one request, as clients ask for it."""
    query = "$expand=ListItemAllFields,ListItemAllFields/ParentList/RootFolder"
    chosen = "$select=ListItemAllFields/ParentList/RootFolder/ServerRelativeUrl,ListItemAllFields/Id"
    path = f"web/GetFileById('{item(served).unique_id}')?{query}&{chosen}"
    (told,) = (await rest(served, "GET", path)).body.values()
    folder = {"RootFolder": {"ServerRelativeUrl": "/sites/planning-casework/Shared Documents"}}
    assert told == {"Id": item(served).list_item_id, "ParentList": folder}


async def test_library_walks_folders(served: ServedTenant) -> None:
    """office365-rest-python-client reads folders and files by path."""

    def work(it: ClientContext) -> list[str]:
        folder = it.web.get_folder_by_server_relative_path("/sites/planning-casework/Shared Documents/Plans")
        return [each.properties["Name"] for each in folder.files.get().execute_query()]

    assert await with_library(served, work) == ["plan 1.docx", "plan 2.docx"]


async def test_owners_of_a_groups_site_are_one_claim(served: ServedTenant) -> None:
    """The owners' group of a Microsoft 365 group's site holds the claim of the group's owners, not people.

    Source: https://learn.microsoft.com/sharepoint/dev/transform/modernize-connect-to-office365-group
    """

    def work(it: ClientContext) -> list[str]:
        return [each.properties["LoginName"] for each in it.web.associated_owner_group.users.get().execute_query()]

    claim = f"c:0o.c|federateddirectoryclaimprovider|{site(served).group_id}_o"
    assert await with_library(served, work) == [claim]


async def test_a_link_is_a_hidden_group_among_role_assignments(served: ServedTenant) -> None:
    """A sharing link shows as a SharingLinks group with its role; a person shows as a person.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/set-custom-permissions-on-a-list-by-using-the-rest-interface
    """
    link = anyone_link(served)
    by = served.tenant.actor(served.person(SAM))
    sharing.grant(served.tenant, item(served), served.tenant.principal(served.person(PRIYA)), "write", by=by)
    query = "$expand=Member,RoleDefinitionBindings&$select=Member/Title,RoleDefinitionBindings/Name"
    told = (await rest(served, "GET", f"{row(served)}/roleassignments?{query}")).body["value"]
    shown = {each["Member"]["Title"]: each["RoleDefinitionBindings"][0]["Name"] for each in told}
    assert shown == {f"SharingLinks.{item(served).unique_id}.AnonymousView.{link.id}": "Read", PRIYA: "Edit"}


async def test_forms_of_an_answer(served: ServedTenant) -> None:
    """Verbose defers what is not expanded, minimal metadata annotates, none is bare; version 4 has its own Content-Type."""
    path = "web?$select=Title"
    told = {form: await rest(served, "GET", path, form=form) for form in FORMS}
    assert told["none"].body == told["v4"].body == {"Title": "Planning casework"}
    assert told["verbose"].body["d"]["__metadata"]["type"] == "SP.Web"
    assert told["minimal"].body["odata.type"] == "SP.Web"
    assert told["minimal"].body["odata.metadata"].endswith("/_api/$metadata#SP.Web/@Element")
    assert told["v4"].headers["Content-Type"].startswith("application/json;odata.metadata=none")
    whole = (await rest(served, "GET", "web", form="verbose")).body["d"]
    assert whole["Lists"]["__deferred"]["uri"].endswith("/_api/Web/Lists")
    assert "Lists@odata.navigationLinkUrl" in (await rest(served, "GET", "web", form="minimal")).body


async def test_forms_of_a_refusal(served: ServedTenant) -> None:
    """An error is `error` in verbose, `odata.error` in other forms of version 3, and has a plain message in version 4."""
    path = "web/lists/getByTitle('None')"
    told = {form: (await rest(served, "GET", path, form=form)) for form in FORMS}
    message = "List does not exist. It may have been deleted by another user."
    assert {each.status for each in told.values()} == {404}
    assert told["verbose"].body["error"]["message"] == {"lang": "en-US", "value": message}
    assert told["none"].body == told["minimal"].body
    assert told["none"].error == ("-2130575322, System.ArgumentException", message)
    assert told["v4"].body["error"]["message"] == message
    assert told["none"].headers["SPRequestGuid"]


async def test_what_is_missing_is_501_and_counted(served: ServedTenant) -> None:
    """Operations, properties, methods of HTTP that the simulated tenant lacks answer 501 with their name."""
    asked = (
        ("GET", "web/features"),
        ("GET", "web?$select=Wombat"),
        ("GET", "site/usage"),
        ("POST", "web/lists"),
        ("DELETE", row(served)),
    )
    for method, path in asked:
        assert (await rest(served, method, path, {})).status == 501, path
    assert set(served.tenant.unanswered) == {
        "SP.Web.features", "SP.Web.Wombat", "SP.Site.usage", "POST SP.List", "DELETE SP.Data.Shared_x0020_DocumentsItem",
    }  # fmt: skip


async def test_the_digest_is_made_when_it_is_asked_for(served: ServedTenant) -> None:
    """`contextinfo` gives a digest with the tenant's time and says for how long it is good.

    Source: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
    """
    told = (await rest(served, "POST", "contextinfo")).body
    assert told["FormDigestValue"].endswith(
        f"{served.tenant.clock.now():%d %b %Y %H:%M:}{told['FormDigestValue'][-8:]}"
    )
    assert told["FormDigestTimeoutSeconds"] == 1800


async def test_reading_needs_a_role_of_sharepoint(served: ServedTenant) -> None:
    """An app without any role of SharePoint's own is refused with 401, not 403.

    Source: https://learn.microsoft.com/sharepoint/dev/solution-guidance/security-apponly-azuread
    """
    assert (await rest(served, "GET", f"{LISTS}/items", roles=[])).status == 401
    assert (await rest(served, "GET", f"{LISTS}/items", roles=["Sites.Read.All"])).status == 200


async def test_library_names_what_is_missing(served: ServedTenant) -> None:
    """office365-rest-python-client gets the 501 with its words."""

    def work(it: ClientContext) -> None:
        it.web.features.get().execute_query()

    with pytest.raises(ClientRequestException, match=r"SP\.Web\.features"):
        await with_library(served, work)
