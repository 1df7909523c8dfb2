"""Every policy against every fact: what each rule finds, what it cannot decide, what protects what it finds. Pure.

Rules of one kind are asked together in one pass over the kind's frame, and the kinds side by side; findings are made only
when they are read. The same expressions run over a few changed libraries and over the whole tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from custos.engine.facts import Facts
from custos.engine.frames import Frames
from custos.engine.partial_evaluation import Extent
from custos.engine.paths import Paths
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.engine.rules import Asked, asked_rules, finding_of
from custos.engine.site_facts import SiteFacts, site_facts
from custos.kinds import IN_LIBRARIES, OF_SITES
from custos.model.finding import Finding
from custos.model.policy import Bundle
from custos.model.subject import Kind

_BATCH = 20_000
_ORDER = ("drive_id", "item_id", "permission_id", "grantee", "user_id", "site_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a rule came to. Unknown subjects are not among `matched`; protected ones are."""

    matched: int
    unknown: int
    covered: int  # subjects inside the policy's scope


@dataclass(frozen=True)
class Evaluation:
    """What the policies say of the facts. `counts` go by `policy/rule`; `coverage` is libraries read, libraries expected."""

    counts: Mapping[str, Counts]
    coverage: tuple[int, int]
    _rules: Sequence[Asked]
    _frames: Frames
    _paths: Paths
    placed: PlacedRegisters
    _now: datetime

    @property
    def unknown(self) -> Mapping[str, int]:
        """`policy/rule` ► subjects that could not be decided; rules without any are left out."""
        return {name: counts.unknown for name, counts in self.counts.items() if counts.unknown}

    def undecided_sites(self) -> frozenset[tuple[str, str]]:
        """The sites of which some rule about them as a whole could not be decided: (family of the rule, site)."""
        return frozenset(
            (asked.policy.family.value, site)
            for asked in self._rules
            if asked.rule.kind in OF_SITES and self.counts[asked.name].unknown
            for site in self._frames.of(asked.rule.kind, asked.facts)
            .filter(asked.verdict.is_null())
            .select(pl.col("site_id").unique())
            .collect()["site_id"]
        )

    def findings(self, policy: str | None = None, limit: int | None = None) -> Iterator[Finding]:
        """Findings of one policy or of all, `limit` at most: policy by policy, rule by rule, in a stable order."""
        left = limit
        for asked in self._rules:
            if policy not in (None, asked.policy.id) or not self.counts[asked.name].matched or left == 0:
                continue
            for finding in self._of(asked, left):
                yield finding
                left = None if left is None else left - 1

    def _of(self, asked: Asked, limit: int | None) -> Iterator[Finding]:
        inside = asked.rule.kind in IN_LIBRARIES
        for batch in self._batches(asked, limit):
            urls = self._paths.of(batch) if inside else batch["url"].fill_null("").to_list()
            for row, url in zip(batch.iter_rows(named=True), urls, strict=True):
                yield finding_of(asked, row, url, self.placed, self._now)

    def _batches(self, asked: Asked, limit: int | None) -> Iterator[pl.DataFrame]:
        """The rows that a rule finds, in order; many of them a few libraries at a time, so that few are held at once."""
        found = self._frames.of(asked.rule.kind, asked.facts).filter(asked.found)
        told = pl.exclude("^in:.*$")
        if limit is not None or self.counts[asked.name].matched <= _BATCH:
            rows = found.sort(_ORDER)
            yield (rows if limit is None else rows.head(limit)).select(told).collect()
            return
        heights = found.group_by("drive_id").len().sort("drive_id").collect()
        for drives in _together(heights.iter_rows()):
            yield found.filter(pl.col("drive_id").is_in(drives)).sort(_ORDER).select(told).collect()


def _together(heights: Iterable[tuple[str, int]]) -> Iterator[list[str]]:
    """Libraries in the order given, as many at a time as come to a batch of rows; one that is larger by itself."""
    some: list[str] = []
    held = 0
    for drive, height in heights:
        if some and held + height > _BATCH:
            yield some
            some, held = [], 0
        some.append(drive)
        held += height
    if some:
        yield some


def evaluate(bundle: Bundle, facts: Facts, now: datetime, *, extent: Extent | None = None) -> Evaluation:
    """Every policy that is not a draft against the facts, as at `now`.

    `extent` restricts it to what just changed. The facts need hold no items of libraries that it does not name; what depends
    on those is unknown then.
    """
    placed = place_registers(bundle, facts)
    places = site_facts(placed, facts, now, extent.drives if extent is not None else None)
    frames = Frames(facts, placed.bundle, places, now, extent)
    rules = asked_rules(placed.bundle, now)
    return Evaluation(
        counts=_counts(frames, rules),
        coverage=_coverage(places, extent),
        _rules=rules,
        _frames=frames,
        _paths=Paths(facts, places),
        placed=placed,
        _now=now,
    )


def _counts(frames: Frames, rules: Sequence[Asked]) -> dict[str, Counts]:
    kinds = list(dict.fromkeys(asked.rule.kind for asked in rules))
    queries = [_sums(frames, kind, [asked for asked in rules if asked.rule.kind is kind]) for kind in kinds]
    sums: dict[str, int | None] = {}
    for answer in pl.collect_all(queries):
        sums |= answer.row(0, named=True)
    return {
        asked.name: Counts(**{what: sums[f"{what}:{asked.name}"] or 0 for what in Counts.__dataclass_fields__})
        for asked in rules
    }


def _sums(frames: Frames, kind: Kind, rules: Sequence[Asked]) -> pl.LazyFrame:
    sums: list[pl.Expr] = []
    for asked in rules:
        sums += [
            asked.found.sum().alias(f"matched:{asked.name}"),
            asked.verdict.is_null().sum().alias(f"unknown:{asked.name}"),
            asked.inside.fill_null(value=True).sum().alias(f"covered:{asked.name}"),
        ]
    return frames.of(kind, frozenset[str]().union(*(asked.facts for asked in rules))).select(sums)


def _coverage(places: SiteFacts, extent: Extent | None) -> tuple[int, int]:
    libraries = places.libraries
    if extent is not None:
        libraries = libraries.filter(pl.col("drive_id").is_in(sorted(extent.items)))
    return int(libraries["complete"].sum()), libraries.height
