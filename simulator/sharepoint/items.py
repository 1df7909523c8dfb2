"""List items: what a row of a library holds, how rows are paged, and what is set on one.

Sources: https://learn.microsoft.com/sharepoint/dev/sp-add-ins/working-with-lists-and-list-items-with-rest,
https://learn.microsoft.com/sharepoint/dev/sp-add-ins/use-odata-query-operations-in-sharepoint-rest-requests
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from simulator.odata import Complex, Guid, Many, Moment, Returned
from simulator.refusal import Refused, bad_request
from simulator.sharepoint import caml, compliance_tags, documents, lists, people, sharing
from simulator.sharepoint.filters import Filter
from simulator.sharepoint.node import (
    FULL_CONTROL,
    WRITE,
    Collection,
    Given,
    Lazy,
    Node,
    Operation,
    Outcome,
    Page,
    Resource,
    flag,
    several,
    text,
)  # fmt: skip
from simulator.sharepoint.query import ordered, value_of, whole
from simulator.sharepoint.scope import RequestScope
from simulator.tenant import sharing as shared
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item

MOST = 5_000
_PAGE = 100
_FORM_VALUE = "SP.ListItemFormUpdateValue"
_ASSET_FIELD = "ComplianceAssetId"
_DOCUMENT, _FOLDER = "0x010100", "0x012000"
_INDEXED = frozenset({"id"})
_FIRST_PAGE, _NEXT_PAGE = "Paged=TRUE", "p_ID"


def items(scope: RequestScope, drive: Drive, path: str) -> Collection:
    """The rows of a library, folders among them."""
    return Collection(
        type="SP.ListItem",
        path=path,
        members=lambda: [item(scope, each) for each in _rows(drive)],
        find=lambda key: item(scope, numbered(drive, key)),
        page=lambda query: _page(scope, drive, query),
        operations={"getbyid": Operation(lambda given: item(scope, numbered(drive, text(given, "id"))), ("id",))},
    )


def numbered(drive: Drive, key: str) -> Item:
    """The item with a number. Raises Refused."""
    if not key.isdecimal():
        raise bad_request(f"An item is found by its number, not {key!r}.")
    number = int(key)
    found = drive.order[number] if 0 < number < len(drive.order) else None
    if found is None:
        code = "-2147024809, System.ArgumentException"
        raise Refused(404, code, "Item does not exist. It may have been deleted by another user.")
    return found


def _rows(drive: Drive, after: int = 0) -> Iterator[Item]:
    return (each for each in drive.order[after + 1 :] if each is not None)


def _page(scope: RequestScope, drive: Drive, query: Mapping[str, str]) -> Page:
    """100 rows or as many as `$top` says, 5,000 at most. `$skip` is ignored, as it is for list items.

    A library beyond the list view threshold is neither filtered nor sorted by what is not indexed.
    """
    size = min(whole(query, "$top", _PAGE), MOST)
    test = Filter(query["$filter"]) if query.get("$filter") else None
    sort = query.get("$orderby", "")
    names = (test.names if test else set()) | {each.split()[0].lower() for each in sort.split(",") if each.strip()}
    if names - _INDEXED and len(drive.items) > scope.tenant.limits.list_view:
        raise _too_many()
    after = _after(query.get("$skiptoken", ""))
    if sort:
        found = ordered([each for each in map(lambda row: item(scope, row), _rows(drive)) if _fits(test, each)], sort)  # noqa: C417
        return Page(members=found[:size])
    members: list[Resource] = []
    for row in _rows(drive, after):
        resource = item(scope, row)
        if not _fits(test, resource):
            continue
        if len(members) == size:
            return Page(members=members, following=_following(query, members[-1].fields["Id"]))
        members.append(resource)
    return Page(members=members)


def _too_many() -> Refused:
    code = "-2147024860, Microsoft.SharePoint.SPQueryThrottledException"
    return Refused(500, code, "The attempted operation is prohibited because it exceeds the list view threshold.")


def by_caml(scope: RequestScope, drive: Drive, given: Given) -> Collection:
    """`GetItems`: the rows that a CAML view asks for, from the position on that was given."""
    asked = given.get("query")
    query: Mapping[str, Any] = asked if isinstance(asked, dict) else {}
    wanted = caml.view(str(query.get("ViewXml") or ""))
    position = query.get("ListItemCollectionPosition")
    after = _after(str(position.get("PagingInfo") or "")) if isinstance(position, dict) else 0
    limit = wanted.limit or scope.tenant.limits.list_view
    if len(drive.items) > scope.tenant.limits.list_view and (wanted.names - _INDEXED or not wanted.limit):
        raise _too_many()
    folder = drive.root
    if query.get("FolderServerRelativeUrl"):
        folder = documents.at_path(drive.site, str(query["FolderServerRelativeUrl"]))
    found: list[Resource] = []
    for row in _rows(drive, 0 if wanted.orderby else after):
        if not _in_scope(row, folder, wanted.scope):
            continue
        resource = item(scope, row)
        if wanted.test is None or wanted.test(lambda name, it=resource: value_of(it, name)):  # type: ignore[misc]  # a default binds the loop's variable
            found.append(resource)
    found = ordered(found, wanted.orderby)[:limit]
    return Collection(type="SP.ListItem", path=f"Web/Lists(guid'{drive.list_id}')/GetItems", members=lambda: found)


def _in_scope(row: Item, folder: Item, scope: str) -> bool:
    if scope in ("", "FilesOnly"):
        return row.parent is folder and not (scope and row.is_folder)
    if scope == "Recursive" and row.is_folder:
        return False
    at = row.parent
    while at is not None and at is not folder:
        at = at.parent
    return at is folder


def _fits(test: Filter | None, resource: Resource) -> bool:
    return test is None or test.fits(lambda name: value_of(resource, name))


def _after(token: str) -> int:
    """The number of the last row of the page before: out of `Paged=TRUE&p_ID=100`."""
    if not token:
        return 0
    told = parse_qs(token).get(_NEXT_PAGE, [""])[0]
    if not told.isdecimal():
        raise bad_request("The $skiptoken is not valid.")
    return int(told)


def _following(query: Mapping[str, str], last: int) -> str:
    kept = {name: value for name, value in query.items() if name.startswith("$") and name != "$skiptoken"}
    return urlencode({"$skiptoken": f"{_FIRST_PAGE}&{_NEXT_PAGE}={last}"} | kept, quote_via=quote)


def item(scope: RequestScope, row: Item) -> Resource:
    """SP.ListItem of a file or folder."""
    drive = row.drive
    path = f"Web/Lists(guid'{drive.list_id}')/Items({row.list_item_id})"
    return Resource(
        type=f"SP.Data.{lists.entity_name(drive)}Item",
        path=path,
        columns=True,
        etag=f'"{row.unique_id},{row.version}"',
        fields={
            "FileSystemObjectType": 1 if row.is_folder else 0,
            "Id": row.list_item_id,
            "ServerRedirectedEmbedUri": None,
            "ServerRedirectedEmbedUrl": "",
            "ContentTypeId": _FOLDER if row.is_folder else _DOCUMENT,
            _ASSET_FIELD: scope.asset_ids.get(row.unique_id),
            "Title": None,
            "ID": row.list_item_id,
            "Created": Moment(row.created),
            "AuthorId": scope.numbers.author(row.created_by),
            "Modified": Moment(row.modified),
            "EditorId": scope.numbers.author(row.modified_by),
            "OData__CopySource": None,
            "CheckoutUserId": None,
            "OData__UIVersionString": f"{row.version}.0",
            "GUID": Guid(row.unique_id),
        },
        more=Lazy(lambda: _columns(row)),
        links=Lazy(lambda: _links(scope, row, path)),
        operations=Lazy(lambda: _operations(scope, row, path)),
    )


def _links(scope: RequestScope, row: Item, path: str) -> dict[str, Callable[[], Node | None]]:
    site = row.drive.site
    return {
        "Author": lambda: people.author(scope, site, row.created_by),
        "Editor": lambda: people.author(scope, site, row.modified_by),
        "File": lambda: None if row.is_folder else documents.file(scope, row),
        "Folder": lambda: documents.folder(scope, row) if row.is_folder else None,
        "ParentList": lambda: lists.library(scope, row.drive),
        "RoleAssignments": lambda: people.role_assignments(scope, row, f"{path}/RoleAssignments"),
    }


def _columns(row: Item) -> dict[str, Any]:
    """What a row tells only when it is asked. A column whose name begins with `_` is asked for as `OData__…`."""
    stamp = row.stamp
    whole_path = documents.server_path(row)
    return {
        "HasUniqueRoleAssignments": lambda: people.is_unique(row),
        "FSObjType": lambda: 1 if row.is_folder else 0,
        "FileLeafRef": lambda: row.name,
        "FileRef": lambda: whole_path,
        "FileDirRef": lambda: whole_path.rpartition("/")[0],
        "File_x0020_Type": lambda: row.name.rpartition(".")[2] if "." in row.name and not row.is_folder else None,
        "File_x0020_Size": lambda: None if row.is_folder else str(row.size),
        "EncodedAbsUrl": lambda: f"{row.drive.url}/{row.path}".replace(" ", "%20"),
        "UniqueId": lambda: Guid(row.unique_id),
        "OData__ComplianceTag": lambda: stamp.label.name if stamp is not None else "",
        "OData__ComplianceTagWrittenTime": lambda: Moment(stamp.applied) if stamp is not None else None,
        "OData__ComplianceTagUserId": lambda: stamp.by.id if stamp is not None else "",
        "OData__ComplianceFlags": lambda: "",
        "OData__IsRecord": lambda: "1" if stamp is not None and stamp.label.is_record else "",
    }


def _operations(scope: RequestScope, row: Item, path: str) -> dict[str, Operation]:
    def break_inheritance(given: Given) -> Outcome:
        shared.break_inheritance(scope.tenant, row, by=scope.actor, copy=flag(given, "copyroleassignments"))
        return Returned("BreakRoleInheritance", None)

    def reset_inheritance(_given: Given) -> Outcome:
        shared.reset_inheritance(scope.tenant, row)
        return Returned("ResetRoleInheritance", None)

    def unshare(given: Given) -> Outcome:
        sharing.unshare_link(scope, row, given)
        return Returned("UnshareLink", None)

    def update(given: Given) -> Outcome:
        return Returned("ValidateUpdateListItem", Many(_update(scope, row, given), _FORM_VALUE))

    parameters = ("copyRoleAssignments", "clearSubscopes")
    return {
        "getsharinginformation": Operation(lambda _given: sharing.sharing_information(scope, row, path)),
        "validateupdatelistitem": Operation(update, ("formValues",), WRITE),
        "breakroleinheritance": Operation(break_inheritance, parameters, FULL_CONTROL),
        "resetroleinheritance": Operation(reset_inheritance, (), FULL_CONTROL),
        "unsharelink": Operation(unshare, ("linkKind", "shareId"), WRITE),
        **compliance_tags.item_operations(scope, row),
    }


def _update(scope: RequestScope, row: Item, given: Given) -> list[Complex]:
    """One answer for each field; HTTP says 200 even when a field could not be set."""
    values = several(given, "formvalues")
    if not all(isinstance(each, dict) for each in values):
        raise bad_request("formValues must be a list.")
    check_site(row.drive, writing=True)
    locked = row.stamp is not None and row.stamp.label.is_record and scope.tenant.records.record_properties_locked
    told = []
    for each in values:
        name, value = str(each.get("FieldName", "")), str(each.get("FieldValue", ""))
        trouble = (
            None
            if name == _ASSET_FIELD
            else f"Column '{name}' does not exist. It may have been deleted by another user."
        )
        if trouble is None and locked:
            trouble = "The properties of a record cannot be changed."
        if trouble is None:
            scope.asset_ids[row.unique_id] = value
        fields = {"ErrorCode": -2147467261 if trouble else 0, "ErrorMessage": trouble, "FieldName": name}
        outcome = {"FieldValue": value, "HasException": trouble is not None, "ItemId": row.list_item_id}
        told.append(Complex(_FORM_VALUE, fields | outcome))
    return told
