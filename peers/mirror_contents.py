"""What Custos knows of the tenant: its mirror, read as the function app reads it, and picks out of it to try commands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import polars as pl

from custos.bootstrap import build
from custos.errors import CustosError
from custos.settings import settings_from
from rehearsal import measure
from simulator.entra.credential import signed_in


class NothingToTry(CustosError):
    """The tenant has nothing of a kind that a command is to be tried on."""


@dataclass(frozen=True)
class Known:
    """The tables of the inventory at one moment."""

    sites: pl.DataFrame
    drives: pl.DataFrame
    items: pl.DataFrame
    permissions: pl.DataFrame
    members: pl.DataFrame

    def site_of(self, drive_id: str) -> str:
        """The address of the site that a library lies in."""
        site_id = self.drives.filter(drive_id=drive_id)["site_id"][0]
        return str(self.sites.filter(site_id=site_id)["web_url"][0])

    def item(self, drive_id: str, item_id: str) -> Mapping[str, object]:
        """An item's row. Raises NothingToTry when it is not in the mirror."""
        found = self.items.filter(drive_id=drive_id, item_id=item_id)
        if found.is_empty():
            raise NothingToTry(f"The mirror has no item {item_id}.")
        return found.row(0, named=True)

    def path_of(self, drive_id: str, item_id: str) -> str:
        """An item's path from the server's root, not percent-encoded."""
        library = unquote(urlsplit(str(self.drives.filter(drive_id=drive_id)["web_url"][0])).path)
        names: list[str] = []
        while (row := self.item(drive_id, item_id))["parent_id"]:
            names.insert(0, str(row["name"]))
            item_id = str(row["parent_id"])
        return "/".join([library, *names])

    def links(self, drive_id: str, item_id: str) -> pl.DataFrame:
        """The links that lead to an item, one row each."""
        rows = self.permissions.filter(drive_id=drive_id, item_id=item_id, kind="link")
        return rows.unique("permission_id", maintain_order=True)


@dataclass(frozen=True, slots=True)
class File:
    """A file to try a command on: `site` is its site's address, `path` its own from the server's root."""

    site: str
    path: str
    drive_id: str
    item_id: str

    @property
    def place(self) -> tuple[str, ...]:
        """The options that name it to the CLI."""
        return ("--webUrl", self.site, "--fileUrl", self.path)


@dataclass(frozen=True, slots=True)
class Picks:
    """What the commands are tried on, out of a mirror. Two runs on the same tenant pick the same."""

    shared: File  # has an Anyone link of its own
    link: str  # that link's id
    bare: File  # without a label
    labelled: File  # with a label that is no record's
    label: str  # that label
    site: str  # a group's site with the files above's library
    group: str
    team: str  # a team with channels that have sites of their own
    library: str  # id of a library with unlabelled files
    library_title: str
    library_site: str

    @classmethod
    def of(cls, known: Known) -> Picks:
        """Raises NothingToTry."""
        governed = known.drives.filter(pl.col("governed")).join(
            known.sites.filter(pl.col("access") == "readable").select("site_id", "kind", "group_id"), on="site_id"
        )
        files = known.items.filter(~pl.col("is_folder")).join(
            governed.select("drive_id"), on="drive_id", how="semi"
        )  # fmt: skip
        links = known.permissions.filter(
            (pl.col("kind") == "link") & (pl.col("scope") == "anonymous") & ~pl.col("inherited")
        )
        shared = _first(
            files.join(links, on=["drive_id", "item_id"]).sort("permission_id"), "a file with an Anyone link"
        )
        labelled = files.filter((pl.col("label") != "") & ~pl.col("label").str.contains("record"))
        own = _first(labelled.sort("item_id"), "a file with a label")
        bare = files.filter(pl.col("label") == "")
        crowded = bare.group_by("drive_id").len().sort("len", "drive_id", descending=True)
        library = governed.filter(drive_id=_first(crowded, "a library of unlabelled files")["drive_id"]).row(
            0, named=True
        )
        elsewhere = bare.filter(pl.col("drive_id") != library["drive_id"]).sort("item_id")
        group = _first(governed.filter(pl.col("kind") == "group").sort("group_id"), "a group's site")
        channels = known.sites.filter(kind="channel")["web_url"].to_list()
        teams = known.sites.filter(pl.col("is_team")).filter(
            pl.col("web_url").map_elements(lambda url: any(each.startswith(url) for each in channels), pl.Boolean)
        )
        return cls(
            shared=_file(known, shared),
            link=str(shared["permission_id"]),
            bare=_file(known, _first(elsewhere, "a file without a label")),
            labelled=_file(known, own),
            label=str(own["label"]),
            site=known.site_of(str(group["drive_id"])),
            group=str(group["group_id"]),
            team=str(_first(teams, "a team with a channel's own site")["group_id"]),
            library=str(library["drive_id"]),
            library_title=str(library["name"]),
            library_site=known.site_of(str(library["drive_id"])),
        )


async def mirror(environment: Mapping[str, str]) -> Known:
    """Discovery, mirror and permissions of the whole tenant, or of what changed; and what is known then."""
    app = build(settings_from(environment), opening=signed_in(environment))
    try:
        for phase in (measure.find, measure.mirror, measure.permissions):
            await phase(app, _silent, Path())
        return Known(*(app.lakehouse.read(table) for table in ("sites", "drives", "items", "permissions", "members")))
    finally:
        await app.close()


def _silent(done: int, total: int, told: str) -> None:
    """Tells nobody how far it is."""


def _first(rows: pl.DataFrame, what: str) -> dict[str, object]:
    if rows.is_empty():
        raise NothingToTry(f"The tenant has not {what} to try a command on.")
    return rows.row(0, named=True)


def _file(known: Known, row: Mapping[str, object]) -> File:
    drive_id, item_id = str(row["drive_id"]), str(row["item_id"])
    return File(known.site_of(drive_id), known.path_of(drive_id, item_id), drive_id, item_id)
