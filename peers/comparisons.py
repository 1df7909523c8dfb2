"""Each command of the CLI for Microsoft 365, and how what it prints must agree with what Custos knows.

A comparison returns what differs, in words; empty: nothing does. Commands that change something are compared with the mirror
as it is after Custos has read the tenant again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import polars as pl

from peers.mirror_contents import Known, Picks

_CAPABILITIES = {
    "Disabled": "disabled",
    "ExistingExternalUserSharingOnly": "existing_guests",
    "ExternalUserSharingOnly": "new_guests",
    "ExternalUserAndGuestSharing": "anyone",
}
"""Of the CLI's names the inventory's, from closed to open."""
_OPENNESS = list(_CAPABILITIES.values())
_LIBRARY = 101
_CONTAINERS = "/contentstorage/"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`command` names it; `words` are its arguments; `differs` judges its JSON.

    `writes`: judged after Custos has read again. `refused`: the cloud refuses it for an app, in words that contain this.
    """

    command: str
    words: Callable[[Picks], Sequence[str]]
    differs: Callable[[Any, Known, Picks], str]
    writes: bool = False
    refused: str = ""


def comparisons(listener: str, expires: str) -> list[Comparison]:
    """All of them, in the order in which they are run. `listener` takes notifications until `expires`, ISO 8601."""
    return [
        Comparison("spo site list", lambda _: (), _sites),
        Comparison("spo site get", lambda picks: ("--url", picks.site), _site),
        Comparison("spo tenant settings list", lambda _: (), _tenant),
        Comparison("spo list list", lambda picks: ("--webUrl", picks.site), _lists),
        Comparison("spo listitem list", _items_of, _labels),
        Comparison("file list", lambda picks: ("--webUrl", picks.shared.site, "--folderUrl", _folder(picks)), _files),
        Comparison("spo file sharinglink list", lambda picks: picks.shared.place, _links),
        Comparison("spo file sharinginfo get", lambda picks: picks.shared.place, _sharing),
        Comparison("entra m365group list", lambda _: (), _groups),
        Comparison("entra m365group user list", lambda picks: ("--groupId", picks.group), _people),
        Comparison("teams team list", lambda _: (), _teams),
        Comparison("teams channel list", lambda picks: ("--teamId", picks.team), _channels),
        Comparison("request", lambda picks: ("--url", _graph(picks)), _drive),
        Comparison("graph subscription add", lambda picks: _subscription(picks, listener, expires), _subscribed),
        Comparison("purview retentionlabel list", lambda _: (), _nothing, refused="App-only"),
        Comparison(
            "spo file sharinglink remove",
            lambda picks: (*picks.shared.place, "--id", picks.link, "--force"),
            _unlinked,
            writes=True,
        ),
        Comparison(
            "spo file retentionlabel ensure",
            lambda picks: (*picks.bare.place, "--name", picks.label),
            _ensured,
            writes=True,
        ),
        Comparison(
            "spo file retentionlabel remove", lambda picks: (*picks.labelled.place, "--force"), _unlabelled, writes=True
        ),
        Comparison(
            "spo list retentionlabel ensure",
            lambda picks: (*_library(picks), "--name", picks.label, "--syncToItems"),
            _synced,
            writes=True,
        ),
        Comparison("spo list retentionlabel get", _library, _default),
        Comparison(
            "spo site set",
            lambda picks: (
                "--url",
                picks.library_site,
                "--sharingCapability",
                "ExistingExternalUserSharingOnly",
                "--wait",
            ),
            _tightened,
            writes=True,
        ),
    ]


# -- arguments --------------------------------------------------------------------------------------------------------


def _items_of(picks: Picks) -> Sequence[str]:
    return (*_library(picks), "--fields", "Id,FileLeafRef,OData__ComplianceTag")


def _library(picks: Picks) -> Sequence[str]:
    return ("--webUrl", picks.library_site, "--listTitle", picks.library_title)


def _folder(picks: Picks) -> str:
    return picks.shared.path.rpartition("/")[0]


def _graph(picks: Picks) -> str:
    return f"https://graph.microsoft.com/v1.0/drives/{picks.library}?$select=id,name,webUrl"


def _subscription(picks: Picks, listener: str, expires: str) -> Sequence[str]:
    where = ("--resource", f"/drives/{picks.library}/root", "--notificationUrl", listener, "--clientState", "of peers")
    return (*where, "--changeTypes", "updated", "--expirationDateTime", expires)


# -- sites and libraries ----------------------------------------------------------------------------------------------


def _sites(printed: Any, known: Known, _: Picks) -> str:
    """Containers of apps are left out on both sides: administration need not list them."""
    mine = known.sites.filter((pl.col("excluded") == "") & (pl.col("access") != "gone"))["web_url"].to_list()
    return _sets("sites", (site["Url"] for site in printed if _CONTAINERS not in site["Url"]), mine)


def _site(printed: Any, known: Known, picks: Picks) -> str:
    row = known.sites.filter(web_url=picks.site).row(0, named=True)
    asked = (printed["Url"], printed["Id"], printed["GroupId"])
    return _same("the site", asked, (row["web_url"], row["collection_id"], row["group_id"]))


def _tenant(printed: Any, known: Known, _: Picks) -> str:
    ceiling = _CAPABILITIES[printed["SharingCapability"]]
    told = known.sites.filter(pl.col("sharing_capability").is_not_null())
    looser = [
        row
        for row in told.iter_rows(named=True)
        if _OPENNESS.index(row["sharing_capability"]) > _OPENNESS.index(ceiling)
    ]
    return f"{len(looser)} sites are looser than the tenant ({ceiling})" if looser else ""


def _tightened(_: Any, known: Known, picks: Picks) -> str:
    now = known.sites.filter(web_url=picks.library_site)["sharing_capability"][0]
    return _same("the site's sharing capability", "existing_guests", now)


def _lists(printed: Any, known: Known, picks: Picks) -> str:
    site_id = known.sites.filter(web_url=picks.site)["site_id"][0]
    mine = known.drives.filter((pl.col("site_id") == site_id) & pl.col("governed"))
    libraries = {
        each["Id"]: each["Title"] for each in printed if each["BaseTemplate"] == _LIBRARY and not each["Hidden"]
    }
    left_alone = known.drives.filter((pl.col("site_id") == site_id) & ~pl.col("governed"))["list_id"].to_list()
    theirs = (pair for pair in libraries.items() if pair[0] not in left_alone)
    return _sets("libraries", theirs, mine.select("list_id", "name").iter_rows())


def _drive(printed: Any, known: Known, picks: Picks) -> str:
    row = known.drives.filter(drive_id=picks.library).row(0, named=True)
    theirs = (printed["id"], printed["name"], unquote(printed["webUrl"]))
    return _same("the library", theirs, (row["drive_id"], row["name"], unquote(row["web_url"])))


# -- files and labels -------------------------------------------------------------------------------------------------


def _labels(printed: Any, known: Known, picks: Picks) -> str:
    mine = known.items.filter((pl.col("drive_id") == picks.library) & (pl.col("parent_id") != ""))
    theirs = ((row["Id"], row["FileLeafRef"], row["OData__ComplianceTag"] or "") for row in printed)
    return _sets("items", theirs, mine.select("list_item_id", "name", "label").iter_rows())


def _files(printed: Any, known: Known, picks: Picks) -> str:
    folder = known.item(picks.shared.drive_id, picks.shared.item_id)["parent_id"]
    here = (pl.col("drive_id") == picks.shared.drive_id) & (pl.col("parent_id") == folder) & ~pl.col("is_folder")
    mine = known.items.filter(here).select("item_id", "name", "size")
    return _sets("files", ((file["id"], file["name"], file["size"]) for file in printed), mine.iter_rows())


def _ensured(_: Any, known: Known, picks: Picks) -> str:
    return _same("the file's label", picks.label, known.item(picks.bare.drive_id, picks.bare.item_id)["label"])


def _unlabelled(_: Any, known: Known, picks: Picks) -> str:
    return _same("the file's label", "", known.item(picks.labelled.drive_id, picks.labelled.item_id)["label"])


def _synced(_: Any, known: Known, picks: Picks) -> str:
    files = known.items.filter((pl.col("drive_id") == picks.library) & ~pl.col("is_folder"))
    without = files.filter(pl.col("label") == "").height
    return f"{without} of the library's {files.height} files have no label" if without else ""


def _default(printed: Any, _: Known, picks: Picks) -> str:
    return _same("the library's label", (printed or {}).get("TagName"), picks.label)


# -- sharing ----------------------------------------------------------------------------------------------------------


def _links(printed: Any, known: Known, picks: Picks) -> str:
    mine = known.links(picks.shared.drive_id, picks.shared.item_id).select("permission_id", "scope", "link_type")
    theirs = ((entry["id"], entry["link"]["scope"], entry["link"]["type"]) for entry in printed)
    return _sets("links", theirs, mine.iter_rows())


def _sharing(printed: Any, known: Known, picks: Picks) -> str:
    mine = known.links(picks.shared.drive_id, picks.shared.item_id)["scope"].to_list()
    links = [entry["linkDetails"] for entry in printed["permissionsInformation"]["links"]]
    open_to_anyone = sum(bool(link["AllowsAnonymousAccess"]) for link in links if link["IsActive"])
    return _same("links for anyone", open_to_anyone, mine.count("anonymous"))


def _unlinked(_: Any, known: Known, picks: Picks) -> str:
    left = known.links(picks.shared.drive_id, picks.shared.item_id)["permission_id"].to_list()
    return "the link is still known" if picks.link in left else ""


# -- people -----------------------------------------------------------------------------------------------------------


def _groups(printed: Any, known: Known, _: Picks) -> str:
    mine = known.sites.filter(pl.col("group_id") != "")["group_id"].to_list()
    return _sets("groups", (group["id"] for group in printed), mine)


def _people(printed: Any, known: Known, picks: Picks) -> str:
    mine = known.members.filter(group_id=picks.group).select("user_id", pl.col("role").str.to_titlecase())
    return _sets("people", ((user["id"], role) for user in printed for role in user["roles"]), mine.iter_rows())


def _teams(printed: Any, known: Known, _: Picks) -> str:
    mine = known.sites.filter(pl.col("is_team"))["group_id"].to_list()
    return _sets("teams", (team["id"] for team in printed), mine)


def _channels(printed: Any, known: Known, picks: Picks) -> str:
    team = known.sites.filter(group_id=picks.team)["web_url"][0]
    mine = known.sites.filter((pl.col("kind") == "channel") & pl.col("web_url").str.starts_with(team)).height
    return _same(
        "channels with a site of their own", sum(each["membershipType"] != "standard" for each in printed), mine
    )


# -- the rest ---------------------------------------------------------------------------------------------------------


def _subscribed(printed: Any, _: Known, picks: Picks) -> str:
    return _same("the resource", printed["resource"].strip("/"), f"drives/{picks.library}/root")


def _nothing(_: Any, __: Known, ___: Picks) -> str:
    return "it was answered, and the cloud refuses it"


def _same(what: str, theirs: object, mine: object) -> str:
    return "" if theirs == mine else f"{what}: {theirs!r} and {mine!r}"


def _sets(what: str, theirs: Iterable[Any], mine: Iterable[Any]) -> str:
    left, right = set(theirs), set(mine)
    parts = [f"{len(each)} {what} only {who} ({min(each, key=str)})"
             for each, who in ((left - right, "the CLI"), (right - left, "Custos")) if each]  # fmt: skip
    return ", ".join(parts) or ("" if left else f"no {what} at all")
