"""The first look: what is held, by whom, how open, how old, how labelled, and the ten things to do first. Observer's rights are enough.

Made of the mirror and the registers; Entra is asked who can sign in, and without it that is unknown. What was not read is counted as
such, and a number beside it is "at least". Names of files are in none of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from custos.engine.human_activity import FACT as ACTIVITY
from custos.jobs.kpi import inputs_of
from custos.kpi.catalogue import values
from custos.kpi.inputs import Inputs
from custos.kpi.labels import labels_of_assets
from custos.kpi.model import Counted, Value
from custos.model.subject import Kind
from custos.policy.compile import latest
from custos.records.model import Asset, Records
from custos.records.registers.documents import DOCUMENTS
from custos.records.remark import Matter
from custos.wording import many

if TYPE_CHECKING:
    from custos.bootstrap import Custos

AGES = ("under a year", "1 to 2 years", "2 to 5 years", "5 to 10 years", "over 10 years", "unknown")
"""How long ago somebody last worked on a file."""
_YEARS = (1, 2, 5, 10)
_YEAR_DAYS = 365.25
LABELS = ("of its asset's entries", "another label", "none", "unknown")
"""What label a file has. Where no asset covers it, every label is another one."""
_MOST = 10
_NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one asset holds; `asset_id` "" what no asset covers, None what lies where that is not known.

    `size` in bytes, of those files whose size is known; `unsized` the others. `ages` and `labels` count files, by `AGES` and `LABELS`.
    `exposed` are links that anyone can open and nothing allows; `outside` people from outside, `without` those whom no agreement covers.
    """

    asset_id: str | None
    name: str
    owner: str
    sensitive: bool
    sites: int
    libraries: int
    read: int
    files: int = 0
    size: int = 0
    unsized: int = 0
    ages: tuple[int, ...] = (0,) * len(AGES)
    labels: tuple[int, ...] = (0,) * len(LABELS)
    exposed: int = 0
    outside: int = 0
    without: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A site that no asset covers. None: not known."""

    title: str
    url: str
    files: int | None
    size: int | None
    outside: int | None
    exposed: int
    active: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One of the things to do: what, why it matters, who can do it, and what shows it, behind `custos`."""

    what: str
    why: str
    who: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """Everything on the page. `read` of `libraries` were read to their end, the oldest at `oldest`. `more`: things beyond the ten.

    `unknown_links` and `unknown_access`: of how many it is not known whether they are open, or whose access they are.
    """

    now: datetime
    read: int
    libraries: int
    oldest: datetime | None
    sites: int
    holdings: tuple[Holding, ...]
    unclaimed: tuple[Unclaimed, ...]
    organisation_links: int
    unknown_links: int
    unknown_access: int
    documents: tuple[str, ...]
    things: tuple[Thing, ...]
    more: int
    writes: bool

    @property
    def whole(self) -> bool:
        """Whether every library was read to its end, and there is one."""
        return self.libraries > 0 and self.read == self.libraries

    def total(self, what: str) -> int:
        """A count of every holding added up."""
        return sum(int(getattr(one, what)) for one in self.holdings)

    def by(self, what: str) -> tuple[int, ...]:
        """`ages` or `labels` of every holding added up."""
        counted: list[tuple[int, ...]] = [getattr(one, what) for one in self.holdings]
        return tuple(map(sum, zip(*counted, strict=True))) if counted else ()


async def first_look(app: Custos) -> FirstLook:
    """Look. Raises StorageTrouble."""
    return await asyncio.to_thread(look_at, await inputs_of(app), writes=app.settings.writes_enabled)


def look_at(inputs: Inputs, *, writes: bool = False) -> FirstLook:
    """The first look on these facts. Reads the mirror a few times over. Pure."""
    measured = {value.kpi.id: value for value in values(inputs)}
    exposed = [row for row in measured["KPI-11"].rows if row.met]
    people = measured["KPI-13"].rows
    holdings = tuple(_holdings(inputs, exposed, people))
    unclaimed = tuple(_unclaimed(inputs, exposed))
    organisation = inputs.ask("link", "{link_scope: organization}")
    things = [thing for _, thing in sorted(_things(inputs, measured, holdings, unclaimed), key=lambda one: one[0])]
    read, libraries = inputs.coverage
    synced = inputs.facts.states.filter(pl.col("state") == "complete").select(pl.col("synced_at").min()).collect()
    return FirstLook(
        now=inputs.now,
        read=read,
        libraries=libraries,
        oldest=synced.item() if synced.height else None,
        sites=inputs.places.sites.height,
        holdings=holdings,
        unclaimed=unclaimed,
        organisation_links=organisation.found,
        unknown_links=sum(row.unknown for row in measured["KPI-11"].rows),
        unknown_access=sum(row.unknown for row in people),
        documents=tuple(one.sentence for one in inputs.remarks if one.matter == Matter.DOCUMENT_REVIEW),
        things=tuple(things[:_MOST]),
        more=max(len(things) - _MOST, 0),
        writes=writes,
    )


@dataclass
class _Sums:
    """Files of an asset, added up."""

    files: int = 0
    size: int = 0
    unsized: int = 0
    ages: list[int] = field(default_factory=lambda: [0] * len(AGES))
    labels: list[int] = field(default_factory=lambda: [0] * len(LABELS))


def _holdings(inputs: Inputs, exposed: Sequence[Counted], people: Sequence[Counted]) -> Iterator[Holding]:
    """A row an asset that has a library, or should have; then what no asset covers."""
    sums = _sums(inputs)
    places = inputs.places.libraries
    counted = {
        asset: (sites, libraries, read)
        for asset, sites, libraries, read in places.group_by("asset")
        .agg(pl.col("site_id").n_unique(), pl.len().alias("libraries"), pl.col("complete").sum())
        .iter_rows()
    }
    links = Counter(row.asset_id for row in exposed for _ in range(row.met))
    outside = Counter(row.asset_id for row in people for _ in range(row.of + bool(row.unknown)))
    without = Counter(row.asset_id for row in people for _ in range(row.of - row.met))
    vacant = inputs.remarked(Matter.NO_OWNER)
    keys: list[str | None] = [asset.id for asset in inputs.assets if "m365" in asset.location_types]
    keys += [key for key in (_NOBODY, None) if key in counted or key in sums]
    for key in keys:
        asset = inputs.records.assets.get(key or "")
        sites, libraries, read = counted.get(key, (0, 0, 0))
        of = sums.get(key, _Sums())
        yield Holding(
            asset_id=key,
            name=asset.name if asset else "no asset covers it" if key == _NOBODY else "whose it is was not read",
            owner=_owner(asset, vacant, inputs.records) if asset else "nobody",
            sensitive=bool(asset and asset.sensitive),
            sites=sites,
            libraries=libraries,
            read=read,
            files=of.files,
            size=of.size,
            unsized=of.unsized,
            ages=tuple(of.ages),
            labels=tuple(of.labels),
            exposed=links[key or ""] if key is not None else 0,
            outside=outside[key or ""] if key is not None else 0,
            without=without[key or ""] if key is not None else 0,
        )


def _owner(asset: Asset, vacant: Mapping[str, str], records: Records) -> str:
    """Who answers for an asset, by their post."""
    if asset.id not in vacant:
        return _post(asset.iao, records)
    return f"vacant; {_post(asset.deputy, records)} stands in" if asset.deputy else "vacant"


def _post(upn: str, records: Records) -> str:
    """What somebody is; their sign-in name where no row says it."""
    return records.posts[upn].role if upn in records.posts else upn


def _sums(inputs: Inputs) -> dict[str | None, _Sums]:
    """Files by asset, how long ago somebody worked on them, and what label they have."""
    files = inputs.frames.of(Kind.FILE, frozenset({"asset", "label", "size", ACTIVITY}))
    days = (pl.lit(inputs.now) - pl.col(latest(ACTIVITY))).dt.total_days() / _YEAR_DAYS
    age = pl.sum_horizontal(*(days >= years for years in _YEARS)).fill_null(0)
    aged = pl.when(pl.col(latest(ACTIVITY)).is_null()).then(len(AGES) - 1).otherwise(age).alias("age")
    label = pl.col("label")
    labelled = (
        pl.when(label.is_null() | ~pl.col("sure").fill_null(value=False))
        .then(3)
        .when(label == "")
        .then(2)
        .when(pl.col("fits").fill_null(value=False))
        .then(0)
        .otherwise(1)
        .alias("labelled")
    )
    counted = (
        files.join(labels_of_assets(inputs).lazy(), on=["asset", "label"], how="left")
        .with_columns(aged, labelled)
        .group_by("asset", "age", "labelled")
        .agg(pl.len().alias("files"), pl.col("size").sum(), pl.col("size").is_null().sum().alias("unsized"))
        .collect()
    )
    found: dict[str | None, _Sums] = {}
    for asset, age_at, label_at, number, size, unsized in counted.iter_rows():
        of = found.setdefault(asset, _Sums())
        of.files += number
        of.size += size
        of.unsized += unsized
        of.ages[age_at] += number
        of.labels[label_at] += number
    return found


def _unclaimed(inputs: Inputs, exposed: Sequence[Counted]) -> Iterator[Unclaimed]:
    """The sites that no asset covers: those with people from outside or open links first, then the larger ones."""
    asked = ("files", "size", "outside_people", ACTIVITY, "site_title", "site_address", "site_kind")
    rows: list[dict[str, Any]] = inputs.ask("site", "{registered: no}", asked).rows.to_dicts()
    found = [
        Unclaimed(
            title=row["site_title"] or row["site_address"] or "",
            url=row["site_address"] or "",
            files=row["files"],
            size=row["size"],
            outside=row["outside_people"],
            exposed=sum(one.met for one in exposed if one.url.startswith(f"{row['site_address']}/")),
            active=_moment(row[ACTIVITY]),
        )
        for row in rows
        if row["site_kind"] != "channel"
    ]
    yield from sorted(found, key=lambda one: (-(one.outside or 0), -one.exposed, -(one.size or 0), one.url))


def _moment(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else value or None


def _things(
    inputs: Inputs, measured: Mapping[str, Value], holdings: Sequence[Holding], unclaimed: Sequence[Unclaimed]
) -> Iterator[tuple[tuple[int, int], Thing]]:
    """Everything that should be done, each with its rank: the gravest consequence first, then the larger number."""
    yield from _of_governance(inputs)
    read, expected = inputs.coverage
    if read < expected:
        why = "What lies in them is in none of these numbers, so this page says less than there is."
        what = (
            f"Read the {many(expected - read, 'library', 'libraries')} of {expected:,} that were not read to their end."
        )
        yield (0, 0), Thing(what=what, why=why, who="the platform team", command="sync")
    for one in holdings:
        if one.exposed and one.asset_id:
            grave = (
                "special-category or criminal-offence data"
                if one.sensitive
                else "what its class does not open to anyone"
            )
            what = f"Close or end {many(one.exposed, 'link')} that anyone can open in {one.asset_id}, {one.name}."
            yield (
                (2 if one.sensitive else 7, -one.exposed),
                Thing(what=what, why=f"They show {grave}.", who=one.owner, command="kpi --explain KPI-11"),
            )
        if one.without and one.asset_id:
            what = (
                f"Look at {many(one.without, 'person', 'people')} from outside who can open {one.asset_id}, {one.name}."
            )
            why = "No agreement in date names their organisation."
            yield (
                (5 if one.sensitive else 8, -one.without),
                Thing(what=what, why=why, who=one.owner, command="kpi --explain KPI-13"),
            )
        bare = one.labels[1] + one.labels[2]
        if bare and one.asset_id:
            what = f"Label {many(bare, 'file')} of {one.asset_id}, {one.name}."
            why = "They have no label of its entries, so nothing keeps them or ends them as the schedule says."
            yield (11, -bare), Thing(what=what, why=why, who=one.owner, command="kpi --explain KPI-05")
    for site in unclaimed:
        open_to = [many(site.outside or 0, "person from outside", "people from outside")] * bool(site.outside)
        open_to += [many(site.exposed, "link that anyone can open", "links that anyone can open")] * bool(site.exposed)
        why = f"No asset covers it, so nobody answers for it; it has {' and '.join(open_to)}." if open_to else (
            "No asset covers it, so nobody answers for it."
        )  # fmt: skip
        rank = (3, -(site.outside or 0) - site.exposed) if open_to else (9, -(site.size or 0))
        what = f"Find out whose site {site.title} is ({site.url})."
        yield rank, Thing(what=what, why=why, who="information governance", command="register")
    stale = measured["KPI-09"].total
    if stale.met:
        what = f"Ask about {stale.met / 1_000_000_000:,.1f} GB in libraries in which nobody has worked for two years."
        why = "It costs money to keep, and what is not needed any more is a risk."
        yield (12, -stale.met), Thing(what=what, why=why, who="the owners", command="kpi --explain KPI-09")


_RANKS: Mapping[str, tuple[int, str]] = {
    Matter.DOCUMENT_REVIEW: (1, "What it asks of everybody rests on a text that nobody has looked at since."),
    Matter.NO_OWNER: (4, "Nobody decides about what it holds, and questions go to whoever stands in."),
    Matter.EXEMPTION_EXPIRED: (6, "What it allowed goes on, and nobody has said that it may."),
    Matter.NO_HOLDER: (4, "Questions that should go there go nowhere."),
    Matter.AGREEMENT_ENDED: (6, "Whoever it let in may still have access."),
    Matter.RESTORE_TEST: (10, "Whether it can be got back after a disaster is not known."),
    Matter.NO_STEWARD: (10, "The daily work on it is nobody's."),
    Matter.OWNER_IS_STEWARD: (10, "Nobody but the owner looks at it."),
    Matter.DELEGATION_ENDED: (10, "Its steward may not answer any more."),
    Matter.SCHEDULE_REVIEW: (10, "How long these records are kept may no longer be right."),
    Matter.ASSET_REVIEW: (10, "What the register says of it may no longer be so."),
}
"""Matter of the registers ► its rank among the things to do, and why it matters."""


def _of_governance(inputs: Inputs) -> Iterator[tuple[tuple[int, int], Thing]]:
    """What the registers say of themselves, each asset or row once in a matter."""
    documents = {document.id: document.owner for document in DOCUMENTS.of(inputs.records)}
    told: set[tuple[str, str]] = set()
    for one in inputs.remarks:
        rank = _RANKS.get(one.matter)
        if rank is None or (one.matter, one.reference) in told:
            continue
        told.add((one.matter, one.reference))
        asset = inputs.records.assets.get(one.asset_id)
        sensitive = asset is not None and asset.sensitive
        about = f"{one.asset_id}: " if one.asset_id and one.asset_id not in one.sentence else ""
        who = documents.get(one.reference, "information governance")
        if asset and one.matter != Matter.NO_OWNER:
            who = _post(asset.iao, inputs.records)
        yield (
            (rank[0], 0 if sensitive else 1),
            Thing(what=f"{about}{one.sentence}", why=rank[1], who=who, command="register"),
        )
