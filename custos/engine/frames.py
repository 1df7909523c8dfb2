"""One frame a kind: a row for each subject, a column for each fact that is asked for, and the ids to find it again.

Beside facts and ids every frame has `sure`: true where its library has been read completely and the row belongs to the subject
itself, else null, so that what a rule says of the row becomes unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from custos.engine import anyone_link_reach, human_activity
from custos.engine.facts import Facts
from custos.engine.partial_evaluation import Extent
from custos.engine.site_facts import SiteFacts
from custos.inventory.schema import INSTANT
from custos.model.policy import Bundle
from custos.model.subject import Kind
from custos.policy.catalogue import CATALOGUE
from custos.policy.compile import columns_of, latest, missing

IDS = ("site_id", "drive_id", "item_id", "parent_id", "permission_id", "grantee", "user_id", "group_id", "name", "url")
_LIVED = ("created", "modified")  # what holds over a span of dates ask; a migrated file is as old as its own dates say
_ACTIVITY = (
    "files",
    "size",
    human_activity.FACT,
    latest(human_activity.FACT),
    missing(human_activity.FACT),
    "activity_confidence",
)
_TRUE = pl.lit(value=True)
_GRANTS_SOMETHING = pl.col("scope").fill_null("") != "existingAccess"
_OF_THE_SITE = pl.col("inherited").fill_null(value=False) & pl.col("principal").fill_null("?").is_in(
    ["group", "site_group"]
)
"""What a site gives to groups everywhere in it. Who is in them is told by the site's members, not by an item's permissions."""
_PLACED = pl.when(pl.col("name").is_not_null() & pl.col("parent_id").is_not_null()).then(_TRUE)
"""Of an item without a name or a folder nothing is decided. What lies below it is: it may lie anywhere in its library, and every
hold that may cover it does.
"""
_SIGNS = ("anonymous", "organization", "users", "unique")
_PERSON = pl.coalesce(pl.col("email"), pl.col("login"), pl.col("user_id"))


@dataclass(frozen=True)
class Frames:
    """Builds the frames, of everything or of what `extent` names."""

    facts: Facts
    bundle: Bundle
    places: SiteFacts
    now: datetime
    extent: Extent | None = None

    def of(self, kind: Kind, needed: frozenset[str]) -> pl.LazyFrame:
        """The frame of a kind with the facts needed (names of the catalogue), its ids, the scope flags and `sure`."""
        makers: Mapping[Kind, Callable[[frozenset[str]], pl.LazyFrame]] = {
            Kind.SITE: self._sites,
            Kind.TEAM: self._teams,
            Kind.LIBRARY: self._libraries,
            Kind.FOLDER: self._folders,
            Kind.FILE: self._files,
            Kind.LINK: self._links,
            Kind.GRANT: self._grants,
            Kind.GUEST: self._guests,
        }
        frame = makers[kind](needed)
        present = set(frame.collect_schema().names())
        columns = [column for name in needed for column in columns_of(CATALOGUE[name])]
        flags = [column for column in present if column.startswith("in:")]
        return frame.select(
            *(pl.col(column) for column in dict.fromkeys(columns) if column not in IDS),
            *(pl.col(column) if column in present else _default(column) for column in (*IDS, *_LIVED)),
            *(pl.col(flag) for flag in flags),
            "sure",
        )

    @cached_property
    def machines(self) -> list[str]:
        """Object ids of accounts that are no people."""
        return human_activity.not_people(self.facts, self.bundle.settings.not_people)

    @cached_property
    def _library_rows(self) -> pl.LazyFrame:
        rows = self.places.libraries.lazy()
        return rows.filter(pl.col("drive_id").is_in(sorted(self.extent.items))) if self.extent is not None else rows

    @cached_property
    def _site_rows(self) -> pl.LazyFrame:
        rows = self.places.sites.lazy()
        if self.extent is None:
            return rows
        owning = self._library_rows.select("site_id").unique()
        return rows.join(owning, on="site_id", how="semi")

    @cached_property
    def _folder_sums(self) -> pl.LazyFrame:
        """Activity of the files directly in each folder."""
        return human_activity.by_folder(self._restricted(self.facts.bare_items), self.machines).collect().lazy()

    @cached_property
    def _tree(self) -> pl.DataFrame:
        """The folders of the libraries that are looked at: drive_id, item_id, parent_id."""
        libraries = self._library_rows.select("drive_id")
        folders = self.facts.bare_items.filter(pl.col("is_folder").fill_null(value=False))
        return folders.select("drive_id", "item_id", "parent_id").join(libraries, on="drive_id", how="semi").collect()

    @cached_property
    def _subtree_sums(self) -> pl.LazyFrame:
        """Activity of all that lies below each folder, and the folder's depth."""
        drives = self._tree.lazy().select("drive_id").unique()
        return human_activity.by_subtree(self._folder_sums.join(drives, on="drive_id", how="semi"), self._tree).lazy()

    @cached_property
    def _shared_items(self) -> pl.LazyFrame:
        """The items that are looked at and bear a permission or a sign of sharing: few, and asked for by several kinds."""
        bearing = self.facts.permissions.select("item_id").unique().collect()["item_id"]
        shared = pl.col("item_id").is_in(bearing.implode()) | pl.col("shared_scope").is_in(_SIGNS).fill_null(value=True)
        columns = (
            "drive_id", "item_id", "parent_id", "name", "is_folder", "created", "modified", "shared_scope",
            "permissions_read_at",
        )  # fmt: skip
        return self._chosen(self.facts.items).filter(shared).select(columns).collect().lazy()

    @cached_property
    def _files_chosen(self) -> pl.LazyFrame:
        folder = pl.col("is_folder").fill_null(value=False)
        files = self._chosen(self.facts.bare_items).filter(~folder)
        return files if self.extent is None else files.collect().lazy()

    def _restricted(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of the libraries whose sums are asked for."""
        return rows if self.extent is None else rows.filter(pl.col("drive_id").is_in(sorted(self.extent.drives)))

    def _chosen(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Rows of the items that are looked at."""
        return rows if self.extent is None else rows.filter(self.extent.chosen())

    def _sites(self, needed: frozenset[str]) -> pl.LazyFrame:
        rows = self._site_rows.with_columns(
            sure=_sure(pl.col("site_kind").is_not_null()), name=pl.col("site_title"), url=pl.col("site_address")
        )
        if needed & {*_ACTIVITY}:
            drives = self.places.libraries.lazy().select("site_id", "drive_id", "complete")
            rows = rows.join(human_activity.by_site(self._folder_sums, drives), on="site_id", how="left")
            readable = pl.col("access") == "readable"
            rows = rows.with_columns(pl.when(readable).then(pl.col(name)).alias(name) for name in _ACTIVITY)
        if "outside_people" in needed:
            rows = rows.join(self._outside_people(), on="site_id", how="left")
        return rows

    def _teams(self, needed: frozenset[str]) -> pl.LazyFrame:
        rows = self._sites(needed).filter(pl.col("is_team").fill_null(value=True))
        return rows.with_columns(sure=pl.col("sure") & _sure(pl.col("is_team")))

    def _libraries(self, needed: frozenset[str]) -> pl.LazyFrame:
        rows = self._library_rows.with_columns(
            sure=_sure(pl.col("complete")), name=pl.col("library_name"), url=pl.col("library_address")
        )
        if needed & {*_ACTIVITY}:
            rows = rows.join(human_activity.by_library(self._folder_sums), on="drive_id", how="left").with_columns(
                _empty(pl.col("files").is_null() & pl.col("complete"))
            )
        return rows

    def _folders(self, needed: frozenset[str]) -> pl.LazyFrame:
        folder = pl.col("is_folder").fill_null(value=False) & pl.col("parent_id").ne_missing("")
        rows = self.facts.bare_items.filter(folder).join(self._library_rows, on="drive_id")
        rows = rows.with_columns(
            sure=_sure(pl.col("complete")) & _PLACED,
            folder_name=pl.col("name"),
            folder_created=pl.col("created"),
        )
        if needed & {*_ACTIVITY, "folder_depth"}:
            rows = rows.drop("size").join(self._subtree_sums, on=["drive_id", "item_id"], how="left")
        if "library_last_human_activity" in needed:
            whole = human_activity.by_library(self._folder_sums).select(
                "drive_id",
                *(
                    pl.col(name).alias(f"library_{name}")
                    for name in (human_activity.FACT, latest(human_activity.FACT), missing(human_activity.FACT))
                ),
            )
            rows = rows.join(whole, on="drive_id", how="left")
        return self._opened(rows, needed)

    def _opened(self, rows: pl.LazyFrame, needed: frozenset[str]) -> pl.LazyFrame:
        if anyone_link_reach.FACT not in needed:
            return rows
        items, permissions = self._restricted(self.facts.items), self._restricted(self.facts.permissions)
        return anyone_link_reach.with_anyone_link(rows, items, permissions, self.now)

    def _files(self, needed: frozenset[str]) -> pl.LazyFrame:
        early, late, person = human_activity.file_activity(self.machines)
        rows = self._opened(self._files_chosen.join(self._library_rows, on="drive_id"), needed)
        extension = pl.col("name").str.extract(r"\.([^.]{1,20})$").str.to_lowercase()
        return rows.with_columns(
            sure=_sure(pl.col("complete") & pl.col("is_folder").is_not_null()) & _PLACED,
            file_name=pl.col("name"),
            file_extension=pl.when(pl.col("name").is_not_null()).then(extension.fill_null("")),
            file_created=pl.col("created"),
            created=pl.when(pl.col("created").is_not_null()).then(pl.min_horizontal("created", "client_modified")),
            file_modified=pl.col("modified"),
            label_fits_schedule=(pl.col("label") != "") & (pl.col("label") == pl.col("scheduled_label")),
            activity_confidence=pl.when(person).then(pl.lit("certain")).when(~person).then(pl.lit("file date")),
            **{
                human_activity.FACT: early,
                latest(human_activity.FACT): late,
                missing(human_activity.FACT): pl.lit(value=False),
            },
        )

    def _shared(self, permissions: pl.LazyFrame, signals: tuple[str, ...]) -> pl.LazyFrame:
        """Permissions with their items and libraries; a row of nothing but unknowns for each item whose sharing was not read."""
        own = permissions.filter(~pl.col("inherited").fill_null(value=False))
        owners = own.select("drive_id", "permission_id").unique()
        orphans = permissions.filter(pl.col("inherited").fill_null(value=False)).join(
            owners, on=["drive_id", "permission_id"], how="anti"
        )
        items = self._shared_items
        unread = items.filter(
            pl.col("shared_scope").is_in([*signals]).fill_null(value=True) & pl.col("permissions_read_at").is_null()
        ).select("drive_id", "item_id", pl.lit("").alias("permission_id"), pl.lit(value=False).alias("told"))
        rows = pl.concat(
            [
                own.with_columns(told=~pl.col("inherited")),
                orphans.with_columns(told=pl.lit(None, dtype=pl.Boolean)),
                unread.with_columns(told=pl.lit(None, dtype=pl.Boolean)),
            ],
            how="diagonal",
        )
        return (
            self._chosen(rows)
            .join(items.drop("shared_scope", "permissions_read_at"), on=["drive_id", "item_id"], how="left")
            .join(self._library_rows, on="drive_id")
            .with_columns(
                sure=_sure(pl.col("complete")) & _sure(pl.col("told")) & _PLACED,
                item_name=pl.col("name"),
                item_is_folder=pl.col("is_folder"),
            )
        )

    def _links(self, _needed: frozenset[str]) -> pl.LazyFrame:
        link = pl.col("kind").fill_null("link") == "link"  # one that cannot be read may be a link
        links = self.facts.permissions.filter(link & _GRANTS_SOMETHING & (pl.col("grantee") <= 0))
        rows = self._shared(links, _SIGNS)
        return rows.drop("user_id").with_columns(
            sure=pl.col("sure") & _sure(pl.col("kind").is_not_null()),
            grantee=pl.lit(-1, dtype=pl.Int32),
            link_scope=pl.col("scope"),
            link_type=pl.col("link_type"),
            link_expires=pl.col("expires"),
            link_expires__missing=~pl.col("has_expiry"),
            link_has_password=pl.col("has_password"),
        )

    def _grants(self, _needed: frozenset[str]) -> pl.LazyFrame:
        named = (pl.col("principal").fill_null("?") != "") & ~_OF_THE_SITE
        given = self.facts.permissions.filter(named & _GRANTS_SOMETHING)
        known = pl.col("principal").is_not_null() & pl.col("scope").is_not_null()
        return self._agreed(self._shared(given, ("users", "unique"))).with_columns(
            sure=pl.col("sure") & _sure(known),
            through=pl.col("kind"),
            access=pl.col("roles"),
            person_is_outside=pl.col("external"),
            person=_PERSON,
            person_domain=pl.col("domain").str.to_lowercase(),
        )

    def _guests(self, _needed: frozenset[str]) -> pl.LazyFrame:
        members = self.facts.members.filter(pl.col("is_guest").fill_null(value=True)).unique(["group_id", "user_id"])
        sites = self._site_rows.filter(pl.col("group_id") != "")
        rows = sites.join(members, on="group_id")
        return self._agreed(rows).with_columns(
            sure=_sure(pl.col("is_guest")),
            person=pl.coalesce(pl.col("mail"), pl.col("upn")),
            person_domain=pl.col("domain").str.to_lowercase(),
            person_enabled=pl.col("enabled"),
            name=pl.coalesce(pl.col("mail"), pl.col("upn")),
            url=pl.col("site_address"),
        )

    def _agreed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """With `under_agreement`: an in-date agreement names both the person's domain and the asset."""
        today = self.bundle.day(self.now)
        pairs = {
            (asset, domain)
            for row in self.bundle.records.agreements.values()
            if row.in_force(today)
            for asset in row.assets
            for domain in row.domains
        }
        agreed = pl.LazyFrame(
            [(asset, domain, True) for asset, domain in sorted(pairs)],
            schema={"asset": pl.String, "_domain": pl.String, "_agreed": pl.Boolean},
            orient="row",
        )
        known = pl.col("domain").is_not_null() & pl.col("asset").is_not_null()
        return (
            rows.with_columns(_domain=pl.col("domain").str.to_lowercase())
            .join(agreed, on=["asset", "_domain"], how="left")
            .with_columns(under_agreement=pl.when(known).then(pl.col("_agreed").fill_null(value=False)))
        )

    def _outside_people(self) -> pl.LazyFrame:
        """Distinct people from outside with access to anything in each site; unknown while anything about that is unread."""
        libraries = self.places.libraries.lazy().select("site_id", "drive_id", "complete")
        sites = self.places.sites.lazy().select("site_id", "group_id", "access")
        readable = pl.col("kind").is_not_null()
        named = (
            self.facts.permissions.filter(~_OF_THE_SITE)
            .join(libraries, on="drive_id")
            .select(
                "site_id",
                pl.when(readable).then("external").alias("outside"),
                pl.when(readable).then(_PERSON.str.to_lowercase()).otherwise(pl.lit("?")).alias("person"),
            )
        )
        guests = self.facts.members.join(sites, on="group_id").select(
            "site_id",
            pl.col("is_guest").alias("outside"),
            pl.coalesce("mail", "upn", "user_id").str.to_lowercase().alias("person"),
        )
        outside = pl.col("outside") & pl.col("person").is_not_null()
        counted = (
            pl.concat([named, guests])
            .group_by("site_id")
            .agg(
                pl.col("person").filter(outside).n_unique().alias("outside_people"),
                outside.is_null().any().alias("doubtful"),
            )
        )
        unread = (
            self._restricted(self.facts.items)
            .filter(
                pl.col("shared_scope").is_in(["users", "unique"]).fill_null(value=True)
                & pl.col("permissions_read_at").is_null()
            )
            .select("drive_id")
            .unique()
            .with_columns(unread=_TRUE)
        )
        whole = (
            libraries.join(unread, on="drive_id", how="left")
            .group_by("site_id")
            .agg((pl.col("complete") & pl.col("unread").is_null()).all().alias("whole"))
        )
        known = (
            pl.col("whole").fill_null(pl.col("access") == "readable")
            & pl.col("group_id").is_not_null()
            & ~pl.col("doubtful").fill_null(value=False)
        )
        return (
            sites.join(whole, on="site_id", how="left")
            .join(counted, on="site_id", how="left")
            .select("site_id", outside_people=pl.when(known).then(pl.col("outside_people").fill_null(0)))
        )


def _sure(known: pl.Expr) -> pl.Expr:
    """True, or null for what is not known to be so."""
    return pl.when(known).then(statement=True)


def _empty(nothing: pl.Expr) -> list[pl.Expr]:
    """The activity of what is known to hold no file."""
    values: Mapping[str, pl.Expr] = {
        "files": pl.lit(0),
        "size": pl.lit(0),
        missing(human_activity.FACT): _TRUE,
        "activity_confidence": pl.lit(""),
    }
    return [pl.when(nothing).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()]


def _default(column: str) -> pl.Expr:
    """An id that a kind does not have."""
    if column in _LIVED:
        return pl.lit(None, dtype=INSTANT).alias(column)
    return (pl.lit(-1, dtype=pl.Int32) if column == "grantee" else pl.lit("")).alias(column)
