"""SharePoint REST of the sites, `/sharepoint/sites/x/_api/…`: retention labels, sharing of an item, users of a site.

Sources: https://learn.microsoft.com/sharepoint/dev/apis/csom-methods-for-applying-retention-labels,
https://learn.microsoft.com/sharepoint/dev/sp-add-ins/complete-basic-operations-using-sharepoint-rest-endpoints
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from simulator.entra.identity import SHAREPOINT, SHAREPOINT_MY
from simulator.front.hosts import called
from simulator.odata import Complex, Entity, Many, Returned, Segment, select
from simulator.refusal import Refused, bad_request, not_found
from simulator.sharepoint.call import READ, WRITE, RestCall, Result, answered, context_information, no_such_resource
from simulator.sharepoint.sharing import sharing_information, site_users
from simulator.tenant import labelling
from simulator.tenant.files import check_site
from simulator.tenant.model import Drive, Item, LabelDefinition, Site
from simulator.tenant.state import Tenant

_STORE = re.compile(r"sp[._]compliancepolicy[._]sppolicystoreproxy[._](\w+)")
_TAG = "SP.CompliancePolicy.ComplianceTag"
_FORM_VALUE = "SP.ListItemFormUpdateValue"
_ASSET_FIELD = "ComplianceAssetId"
_LISTS = frozenset({"getbytitle", "getbyid"})


def routes(tenant: Tenant) -> Iterable[web.RouteDef]:
    """Every `_api` address of every site, the root site's too."""
    sites = _Sites(tenant)
    return [
        web.route("*", "/sharepoint/_api/{path:.+}", sites.answer),
        web.route("*", "/sharepoint/{site:.+?}/_api/{path:.+}", sites.answer),
    ]


class _Sites:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._asset_ids: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        site_path = request.match_info.get("site", "")
        site = self._tenant.sites_by_path.get(site_path.strip("/").lower())
        if site is None:
            return web.Response(status=404, text="404 FILE NOT FOUND")
        base = called(request, f"/sharepoint/{site_path}").rstrip("/")
        audience = SHAREPOINT_MY if site.personal else SHAREPOINT

        async def handler(call: RestCall) -> Result:
            return self._perform(call, site)

        return await answered(request, audience, base, request.match_info["path"], handler)

    def _perform(self, call: RestCall, site: Site) -> Result:
        if site.lock == "NoAccess":
            raise Refused(423, "notAllowed", "Access to this site has been blocked.", inner="resourceLocked")
        first = call.path[0]
        if first.name == "contextinfo":
            call.need(*READ)
            return context_information(call)
        store = _STORE.fullmatch(first.name)
        if store is not None:
            return self._store(call, site, store[1])
        if first.name == "web":
            return self._web(call, site)
        raise no_such_resource(call)

    # -- retention labels -------------------------------------------------------------------------------------------

    def _store(self, call: RestCall, site: Site, operation: str) -> Result:
        match operation:
            case "getavailabletagsforsite":
                call.need(*READ)
                self._same_site(site, str(call.parameter("siteUrl") or ""))
                published = [each for each in self._tenant.labels.values() if each.published]
                return Returned("GetAvailableTagsForSite", Many([_tag(each) for each in published], _TAG))
            case "getlistcompliancetag":
                call.need(*READ)
                label = self._library(call, site).default_label
                return Returned("GetListComplianceTag", None if label is None else _tag(label))
            case "setlistcompliancetag":
                call.need(*WRITE)
                name, drive = str(call.parameter("complianceTagValue") or ""), self._library(call, site)
                labelling.set_default(
                    self._tenant, drive, name, by=call.actor, to_items=call.parameter("syncToItems") is True
                )
                return Returned("SetListComplianceTag", None)
            case "setcompliancetagonbulkitems":
                call.need(*WRITE)
                return self._bulk(call, site)
        raise no_such_resource(call)

    def _bulk(self, call: RestCall, site: Site) -> Result:
        """Label up to 100 items. Answers ids whose meaning Microsoft does not document (here: those that failed)."""
        drive, ids = self._library(call, site), call.parameter("itemIds")
        if not isinstance(ids, list) or not ids or not all(isinstance(each, int) for each in ids):
            raise bad_request("itemIds must be a list of numbers.")
        if len(ids) > 100:
            raise bad_request("The number of items exceeds the limit of 100.")
        check_site(drive, writing=True)
        failed = labelling.set_in_bulk(
            self._tenant,
            drive,
            str(call.parameter("complianceTagValue") or ""),
            ids,
            by=call.actor,
            full_control=call.full_control,
        )
        return Returned("SetComplianceTagOnBulkItems", Many(failed, "Edm.Int32"))

    def _library(self, call: RestCall, site: Site) -> Drive:
        drive = self._tenant.drive_at(str(call.parameter("listUrl") or ""))
        if drive.site is not site:
            raise not_found("The list")
        return drive

    def _same_site(self, site: Site, url: str) -> None:
        if self._tenant.site_at(url) is not site:
            raise not_found("The site")

    # -- the web ----------------------------------------------------------------------------------------------------

    def _web(self, call: RestCall, site: Site) -> Result:
        call.need(*READ)
        rest = call.path[1:]
        if not rest:
            return Entity("SP.Web", f"{call.base}/_api/Web", select(_web_fields(site), call.query))
        if rest[0].name == "siteusers":
            users = [Entity("SP.User", f"{call.base}/_api/Web/{each['LoginName']}", each) for each in self._users(site)]
            return Many(users, "SP.User")
        drive, rest = self._list(call, site, rest)
        if not rest:
            return _list_entity(call, drive)
        if rest[0].name == "rootfolder":
            return Entity("SP.Folder", f"{call.base}/_api/Web/RootFolder", select(_folder_fields(drive), call.query))
        item, rest = _item(drive, rest, call)
        return self._item(call, item, rest)

    def _users(self, site: Site) -> list[dict[str, Any]]:
        return site_users(self._tenant, site)

    def _list(self, call: RestCall, site: Site, rest: list[Segment]) -> tuple[Drive, list[Segment]]:
        first = rest[0]
        if first.name == "getlist":
            # The library prepends the path of the context to a path that it is given.
            path = first.argument().rpartition("//")[2].removeprefix("/sharepoint").strip("/")
            return self._one_of(site, lambda drive: path.lower() in _paths(drive)), rest[1:]
        if first.name != "lists":
            raise no_such_resource(call)
        if first.arguments or first.named:
            key, taken = first, 1
        elif len(rest) > 1 and rest[1].name in _LISTS:
            key, taken = rest[1], 2
        else:
            raise no_such_resource(call)
        wanted = key.argument().lower()
        if key.name == "getbytitle":
            return self._one_of(site, lambda drive: drive.name.lower() == wanted), rest[taken:]
        return self._one_of(site, lambda drive: drive.list_id.lower() == wanted), rest[taken:]

    @staticmethod
    def _one_of(site: Site, fits: Any) -> Drive:
        found = next((drive for drive in site.drives if fits(drive)), None)
        if found is None:
            code = "-2130575322, System.ArgumentException"
            raise Refused(404, code, "List does not exist. It may have been deleted by another user.")
        return found

    # -- one item ---------------------------------------------------------------------------------------------------

    def _item(self, call: RestCall, item: Item, rest: list[Segment]) -> Result:
        address = f"{call.base}/_api/Web/Lists(guid'{item.drive.list_id}')/Items({item.list_item_id})"
        if not rest:
            return Entity("SP.ListItem", address, self._item_fields(call, item))
        match rest[0].name:
            case "getsharinginformation":
                information = sharing_information(self._tenant, item)
                return Entity("SP.Sharing.SharingInformation", f"{address}/GetSharingInformation", information)
            case "hasuniqueroleassignments":
                return Returned("HasUniqueRoleAssignments", _is_unique(item))
            case "validateupdatelistitem":
                call.need(*WRITE)
                check_site(item.drive, writing=True)
                return Returned("ValidateUpdateListItem", Many(self._update(call, item), _FORM_VALUE))
        raise no_such_resource(call)

    def _item_fields(self, call: RestCall, item: Item) -> Mapping[str, Any]:
        parent = Entity("SP.List", f"{call.base}/_api/Lists", {"Id": item.drive.list_id, "Title": item.drive.name})
        fields: dict[str, Any] = {
            "FileSystemObjectType": 1 if item.is_folder else 0,
            "Id": item.list_item_id,
            "ID": item.list_item_id,
            "GUID": item.unique_id,
            "Title": None,
            _ASSET_FIELD: self._asset_ids.get(item.unique_id),
        }
        on_request = {
            "HasUniqueRoleAssignments": _is_unique(item),
            "FileLeafRef": item.name,
            "FileRef": f"/{item.drive.site.path}/{item.drive.path}/{item.path}",
            "EncodedAbsUrl": f"{item.drive.url}/{item.path}".replace(" ", "%20"),
            "ParentList": parent,
        }
        asked = call.query.get("$select", "").lower().replace(" ", "").split(",")
        chosen = {name: value for name, value in on_request.items() if name.lower() in asked}
        return select(fields | chosen, call.query)

    def _update(self, call: RestCall, item: Item) -> list[Complex]:
        """One answer for each field; HTTP says 200 even when a field could not be set."""
        values = call.parameter("formValues")
        if isinstance(values, dict):
            values = values.get("results")
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            raise bad_request("formValues must be a list.")
        told = []
        for each in values:
            name, value = str(each.get("FieldName", "")), str(each.get("FieldValue", ""))
            known = name == _ASSET_FIELD
            if known:
                self._asset_ids[item.unique_id] = value
            trouble = None if known else f"Column '{name}' does not exist. It may have been deleted by another user."
            fields = {"ErrorCode": 0 if known else -2147467261, "ErrorMessage": trouble, "FieldName": name}
            outcome = {"FieldValue": value, "HasException": not known, "ItemId": item.list_item_id}
            told.append(Complex(_FORM_VALUE, fields | outcome))
        return told


def _is_unique(item: Item) -> bool:
    return bool(item.own) or not item.inherits


def _paths(drive: Drive) -> tuple[str, str]:
    """The library's path from the server's root, and from its site's."""
    return f"{drive.site.path}/{drive.path}".strip("/").lower(), f"{drive.site.path}/{drive.name}".strip("/").lower()


def _item(drive: Drive, rest: list[Segment], call: RestCall) -> tuple[Item, list[Segment]]:
    first = rest[0]
    if first.name == "getitembyid" or (first.name == "items" and first.arguments):
        number, taken = first.number(), 1
    elif first.name == "items" and len(rest) > 1 and rest[1].name == "getbyid":
        number, taken = rest[1].number(), 2
    else:
        raise no_such_resource(call)
    item = drive.order[number] if 0 < number < len(drive.order) else None
    if item is None:
        code = "-2147024809, System.ArgumentException"
        raise Refused(404, code, "Item does not exist. It may have been deleted by another user.")
    return item, rest[taken:]


def _tag(label: LabelDefinition) -> Complex:
    """A label as SharePoint describes it: BlockEdit marks records, SuperLock regulatory ones."""
    return Complex(
        _TAG,
        {
            "AutoDelete": label.auto_delete,
            "BlockDelete": label.kind in ("retain", "record", "regulatory"),
            "BlockEdit": label.is_record,
            "ComplianceFlags": 0,
            "ContainsSiteLabel": False,
            "DisplayName": "",
            "EncryptionRMSTemplateId": None,
            "HasRetentionAction": True,
            "IsEventTag": label.basis == "EventAgeInDays",
            "Notes": "",
            "SuperLock": label.kind == "regulatory",
            "TagDuration": label.days,
            "TagId": label.tag_id,
            "TagName": label.name,
            "TagRetentionBasedOn": label.basis,
            "UnlockedAsDefault": label.starts_unlocked,
        },
    )


def _web_fields(site: Site) -> dict[str, Any]:
    return {
        "Id": site.web_id,
        "Title": site.title,
        "Url": site.url,
        "ServerRelativeUrl": f"/{site.path}",
        "MembersCanShare": True,
    }


def _folder_fields(drive: Drive) -> dict[str, Any]:
    path = f"/{drive.site.path}/{drive.path}"
    return {"Exists": True, "Name": drive.path, "ServerRelativeUrl": path, "ItemCount": len(drive.root.folder())}


def _list_entity(call: RestCall, drive: Drive) -> Entity:
    fields = {
        "Id": drive.list_id,
        "Title": drive.name,
        "BaseTemplate": 101,
        "Hidden": drive.system,
        "ItemCount": len(drive.items),
    }
    return Entity("SP.List", f"{call.base}/_api/Web/Lists(guid'{drive.list_id}')", select(fields, call.query))
