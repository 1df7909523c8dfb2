"""Why something is treated as it is: every rule tried on one address, each condition with its value, source, age and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from custos.engine.facts import Facts
from custos.engine.frames import Frames
from custos.engine.gate import Standing
from custos.engine.locate import Locator
from custos.engine.partial_evaluation import Extent
from custos.engine.paths import Paths
from custos.engine.register_locations import PlacedRegisters, place_registers
from custos.engine.rules import Asked, asked_rules, finding_of, subject_of, values_of
from custos.engine.site_facts import SiteFacts, site_facts
from custos.errors import Mark
from custos.inventory.schema import KEYS
from custos.kinds import ATTACHED, CATALOGUE, CONTENT, IN_LIBRARIES, OF_SITES
from custos.kinds.fact import Origin
from custos.model.finding import Protection
from custos.model.policy import Bundle, Test, each_test
from custos.model.subject import Fact, Kind, Subject
from custos.policy.compile import Moment, compile_condition
from custos.policy.wording import step_words, test_words, value_words
from custos.records.address import Address


class Verdict(StrEnum):
    """What a rule, or one of its conditions, says of a subject."""

    HOLDS = "holds"
    DOES_NOT = "does not hold"
    UNKNOWN = "unknown"
    NOT_COVERED = "not covered"  # outside the policy's scope
    YIELDS = "yields"  # it holds, but another policy's label stands


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTried:
    """One condition: what it asks, what was found, where that comes from and when it was read (None: unknown, or not read)."""

    words: str
    fact: str
    value: Fact
    said: str
    source: str
    read_at: datetime | None
    verdict: Verdict
    where: Mark

    def age(self, now: datetime) -> timedelta | None:
        """How old the value is."""
        return now - self.read_at if self.read_at else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTried:
    """One rule on one subject. `state` is how far its policy may go, `reason` why not further, `unapproved` why its approval does not
    cover this; both "" where there is nothing to say.
    """

    policy: str
    rule: str
    state: str
    reason: str
    unapproved: str
    where: Mark
    subject: Subject
    verdict: Verdict
    conditions: tuple[ConditionTried, ...]
    because: str  # "" unless the rule holds
    steps: tuple[str, ...]
    applies_label: bool
    protections: tuple[Protection, ...]
    yields_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that was tried on an address. `found` is False when neither site, library, folder nor file is known there."""

    url: str
    found: bool
    asset_id: str
    complete: bool | None  # whether its library was read to the end; None outside libraries
    tried: tuple[RuleTried, ...]

    @property
    def label_winner(self) -> str:
        """`policy/rule` whose label the file would get, "" when none."""
        labelling = (one for one in self.tried if one.applies_label and one.verdict is Verdict.HOLDS)
        return next((f"{one.policy}/{one.rule}" for one in labelling), "")


def explain(
    bundle: Bundle,
    facts: Facts,
    now: datetime,
    at: Address,
    *,
    policy: str | None = None,
    standings: Mapping[str, Standing] | None = None,
) -> Explanation:
    """Every rule that is about what lies at an address: a site, a library, a folder or a file, with its links and grants.

    `policy`: only that one, the version in force and the edited one. `standings`: each policy as it stands now.
    """
    placed = place_registers(bundle, facts)
    bundle, places = placed.bundle, site_facts(placed, facts, now)
    target = _target(facts, places, at)
    frames = Frames(facts, bundle, places, now, Extent.whole(_drives(places, target)))
    asked = asked_rules(bundle, now, target.kinds)
    ages = _ages(facts, target)
    moment, paths = Moment.of(bundle, now), Paths(facts, places)
    tried = [
        one
        for rule in asked
        if policy in (None, rule.policy.id, rule.policy.name)
        for one in _tried(
            rule,
            frames,
            target,
            placed=placed,
            moment=moment,
            ages=ages,
            paths=paths,
            standing=(standings or {}).get(rule.policy.id),
        )
    ]
    place = places.libraries.filter(pl.col("drive_id") == target.drive)
    site = places.sites.filter(pl.col("site_id") == target.site)
    row = place if target.drive else site
    return Explanation(
        url=at.text,
        found=bool(target.kinds),
        asset_id=str(row["asset"][0] or "") if row.height else "",
        complete=bool(place["complete"][0]) if place.height else None,
        tried=tuple(tried),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What lies at an address."""

    kinds: tuple[Kind, ...] = ()
    site: str = ""
    group: str | None = None
    drive: str = ""
    item: str = ""

    def rows(self, kind: Kind) -> pl.Expr:
        """The rows of a kind's frame that are meant."""
        if kind in OF_SITES:
            return pl.col("site_id") == self.site
        here = pl.col("drive_id") == self.drive
        return here & (pl.col("item_id") == self.item) if kind in IN_LIBRARIES else here


def _target(facts: Facts, places: SiteFacts, at: Address) -> _Target:
    """A site with all that is of the site as a whole; a library; or a file or folder with what is attached to it."""
    located = Locator(facts).find(at)
    site = places.sites.filter(pl.col("site_id") == located.site_id)
    if located.kind is None or not site.height:
        return _Target()
    if located.kind in OF_SITES:
        kinds = tuple(kind for kind in Kind if kind in OF_SITES)
        return _Target(kinds=kinds, site=located.site_id, group=site["group_id"][0])
    if located.drive_id not in set(places.libraries["drive_id"]):
        return _Target()
    attached = (kind for kind in Kind if kind in ATTACHED and located.kind in CONTENT)
    return _Target(kinds=(located.kind, *attached), site=located.site_id, drive=located.drive_id, item=located.item_id)


def _drives(places: SiteFacts, target: _Target) -> frozenset[str]:
    """The library that is asked about, or all of the site's."""
    if target.drive:
        return frozenset([target.drive])
    return frozenset(places.libraries.filter(pl.col("site_id") == target.site)["drive_id"])


def _tried(
    asked: Asked,
    frames: Frames,
    target: _Target,
    *,
    placed: PlacedRegisters,
    moment: Moment,
    ages: Mapping[Origin, datetime | None],
    paths: Paths,
    standing: Standing | None,
) -> Iterator[RuleTried]:
    tests = list(each_test(asked.rule.when))
    frame = frames.of(asked.rule.kind, asked.facts).filter(target.rows(asked.rule.kind))
    rows = frame.with_columns(
        asked.inside.alias("said:inside"),
        asked.own_truth.alias("said:own"),
        asked.verdict.alias("said:verdict"),
        *(compile_condition(test, moment).alias(f"said:{number}") for number, test in enumerate(tests)),
        *((other.inside & other.own_truth).alias(f"said:by:{number}") for number, other in enumerate(asked.stronger)),
    ).collect()
    urls = paths.of(rows) if asked.rule.kind in IN_LIBRARIES else rows["url"].fill_null("").to_list()
    for row, url in zip(rows.iter_rows(named=True), urls, strict=True):
        facts = values_of(asked.facts, row)
        winners = [other.name for number, other in enumerate(asked.stronger) if row[f"said:by:{number}"]]
        finding = finding_of(asked, row, url, placed, moment.now)
        verdict = _verdict(row["said:verdict"])
        if row["said:inside"] is False:
            verdict = Verdict.NOT_COVERED
        elif winners and row["said:own"]:
            verdict = Verdict.YIELDS
        yield RuleTried(
            policy=asked.policy.id,
            rule=asked.rule.id,
            state=(standing.state if standing else asked.policy.state).value,
            reason=standing.reason if standing else "",
            unapproved=_unapproved(asked, standing, placed, finding.subject),
            where=asked.rule.mark,
            subject=subject_of(asked.rule.kind, row, url),
            verdict=verdict,
            conditions=tuple(_conditions(tests, row, facts, ages)),
            because=finding.because if verdict is Verdict.HOLDS else "",
            steps=tuple(step_words(step) for step in asked.rule.steps),
            applies_label=asked.labels,
            protections=finding.protections,
            yields_to=tuple(winners),
        )


def _unapproved(asked: Asked, standing: Standing | None, placed: PlacedRegisters, subject: Subject) -> str:
    """Why the approval does not cover what the rule would do here."""
    if standing is None or standing.coverage is None:
        return ""
    coverage = replace(standing.coverage, ground=placed.ground)
    return coverage.against(asked.rule.id, placed.home(subject))


def _conditions(
    tests: Sequence[Test], row: Mapping[str, Fact], facts: Mapping[str, Fact], ages: Mapping[Origin, datetime | None]
) -> Iterator[ConditionTried]:
    for number, test in enumerate(tests):
        value = facts.get(test.fact)
        origin = CATALOGUE[test.fact].origin
        yield ConditionTried(
            words=test_words(test),
            fact=test.fact,
            value=value,
            said=value_words(test.fact, value, facts),
            source=origin.source,
            read_at=ages.get(origin),
            verdict=_verdict(row[f"said:{number}"]),
            where=test.mark,
        )


def _verdict(truth: object) -> Verdict:
    if truth is None:
        return Verdict.UNKNOWN
    return Verdict.HOLDS if truth else Verdict.DOES_NOT


def _ages(facts: Facts, target: _Target) -> Mapping[Origin, datetime | None]:
    """When what facts come from was last read for the target; of several rows the oldest."""
    ids = {"site_id": target.site, "group_id": target.group, "drive_id": target.drive, "item_id": target.item}
    read: dict[Origin, datetime | None] = {}
    for origin in dict.fromkeys(fact.origin for fact in CATALOGUE.values() if fact.origin.table):
        own = {name: ids[name] for name in KEYS[origin.table] if name in ids}
        rows = facts.table(origin.table).filter(*(pl.col(name) == value for name, value in own.items() if value))
        read[origin] = rows.select(pl.col(origin.read_at).min()).collect().item() if all(own.values()) else None
    return read
