"""Shapes of the reports: the first look, the quarter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from custos.report.shapes.base import Shape, Version, said


class FirstLookThing(Shape, frozen=True, kw_only=True):
    """One of the things to do first."""

    what: Annotated[str, said("what to do")]
    why: Annotated[str, said("why it matters")]
    who: Annotated[str, said("who can do it")]
    command: Annotated[str, said("what shows it, behind `custos`")]


class FirstLookHolding(Shape, frozen=True, kw_only=True):
    """What one asset holds."""

    asset: Annotated[str | None, said('its id; "" what no asset covers, null what lies where that is not known')]
    name: Annotated[str, said("in words")]
    owner: Annotated[str, said("post of its owner, or that it is vacant and who stands in")]
    sites: Annotated[int, said("how many sites")]
    libraries: Annotated[int, said("how many libraries")]
    complete: Annotated[int, said("how many of them were read to their end; fewer: every count is at least so much")]
    files: Annotated[int, said("files that were read")]
    size: Annotated[int, said("their bytes, as far as known")]
    files_without_size: Annotated[int, said("files whose size is not known")]
    ages: Annotated[dict[str, int], said("files by how long ago a person last worked on them")]
    labels: Annotated[dict[str, int], said("files by what label they have")]
    open_links: Annotated[int, said("links that anyone can open and nothing allows")]
    outside: Annotated[int, said("people from outside with access")]
    outside_without_agreement: Annotated[int, said("those whom no agreement in date covers")]


class FirstLookSite(Shape, frozen=True, kw_only=True):
    """A site that no asset covers; null is not known."""

    title: Annotated[str, said("its title")]
    url: Annotated[str, said("its address")]
    files: Annotated[int | None, said("files in it")]
    size: Annotated[int | None, said("their bytes")]
    outside: Annotated[int | None, said("people from outside with access")]
    open_links: Annotated[int, said("links that anyone can open and nothing allows")]
    last_worked_in: Annotated[datetime | None, said("when a person last worked there")]


class FirstLook(Shape, frozen=True, kw_only=True):
    """Of `custos report first-look`."""

    version: Version = 1
    as_of: Annotated[datetime, said("when it was made")]
    complete: Annotated[int, said("libraries read to their end")]
    libraries: Annotated[int, said("libraries expected")]
    sites: Annotated[int, said("governed sites")]
    writes: Annotated[bool, said("whether Custos may write")]
    documents: Annotated[list[str], said("sentences: governing documents that are past their own review")]
    things: Annotated[list[FirstLookThing], said("the ten things to do first, the gravest consequence first")]
    more: Annotated[int, said("things beyond the ten")]
    holdings: Annotated[list[FirstLookHolding], said("by asset")]
    unclaimed: Annotated[list[FirstLookSite], said("sites that no asset covers")]
    organisation_links: Annotated[int, said("links for the whole organisation")]
    unknown_links: Annotated[int, said("links of which it is not known who may open them")]
    unknown_access: Annotated[int, said("accesses of which it is not known whose they are")]


class QuarterNumber(Shape, frozen=True, kw_only=True):
    """A published value."""

    numerator: Annotated[int, said("what counts")]
    denominator: Annotated[int, said("of how much")]
    unknown: Annotated[int, said("what is in neither")]
    counts: Annotated[bool, said("false when less than 95 % of the libraries had been read")]
    restated: Annotated[bool, said("whether it was put right since it was published")]


class QuarterIndicator(Shape, frozen=True, kw_only=True):
    """An indicator in the quarter."""

    id: Annotated[str, said("KPI-01 to KPI-15")]
    before: Annotated[QuarterNumber | None, said("the last value of the quarter before; null: none was published")]
    now: Annotated[QuarterNumber | None, said("the last value of the quarter; null: none was published")]
    better: Annotated[bool | None, said("whether it moved the right way; null: it did not move, or nobody can tell")]
    where: Annotated[str, said("the departments that moved most")]
    wanted: Annotated[str, said('what is missing to its aim, "" when it is met or cannot be told')]
    reasons: Annotated[
        list[str],
        said("what happened meanwhile: writes of rules, changed rows of registers, policies that went further"),
    ]


class QuarterRepeat(Shape, frozen=True, kw_only=True):
    """What was found again and again within a year."""

    rule: Annotated[str, said("policy/rule")]
    asset: Annotated[str, said('id of the asset, "" for none')]
    times: Annotated[int, said("how often it began again after it was over")]
    learn: Annotated[str, said('address of a how-to, "" for none')]


class QuarterDecision(Shape, frozen=True, kw_only=True):
    """Something that the group is asked to decide."""

    what: Annotated[str, said("what")]
    effort: Annotated[str, said("what it takes")]
    consequence: Annotated[str, said("what follows if nobody does")]


class QuarterComing(Shape, frozen=True, kw_only=True):
    """Something that falls due."""

    on: Annotated[date, said("when")]
    what: Annotated[str, said("what")]
    who: Annotated[str, said("whose it is")]


class QuarterPack(Shape, frozen=True, kw_only=True):
    """Of `custos report quarter`."""

    version: Version = 1
    quarter: Annotated[str, said("2026-Q3")]
    on: Annotated[date, said("the day of its lists")]
    over: Annotated[bool, said("whether the quarter has ended")]
    published: Annotated[date, said("the day of its numbers")]
    complete: Annotated[int, said("libraries that had been read to their end")]
    libraries: Annotated[int, said("libraries expected")]
    documents: Annotated[list[str], said("sentences: governing documents that are past their own review")]
    troubles: Annotated[
        list[str],
        said("sentences: files that were refused, days without indicators, days without a checkpoint of the audit"),
    ]
    departments_changed: Annotated[
        list[str],
        said(
            "departments that have another name, and assets that moved between them: their parts are not to be compared"
        ),
    ]
    decisions: Annotated[list[QuarterDecision], said("what the group is asked to decide")]
    indicators: Annotated[list[QuarterIndicator], said("all fifteen")]
    exceptions_new: Annotated[list[str], said("approved in the quarter")]
    exceptions_ending: Annotated[list[str], said("ending within two quarters")]
    exceptions_expired: Annotated[list[str], said("expired, and still written down")]
    schedule: Annotated[list[str] | None, said("changes of the retention schedule; null: not known")]
    horizon: Annotated[list[QuarterComing], said("what falls due within two quarters")]
    clauses_without_evidence: Annotated[list[str], said("ids")]
    repeats: Annotated[list[QuarterRepeat], said("what was found again and again within a year, for training")]
    checkpoint: Annotated[str, said('day of the newest checkpoint of the audit in the quarter, "" for none')]
    signed: Annotated[dict[str, str], said('witness ► the day up to which they signed, "" for none')]
    broken: Annotated[str, said('where the audit does not hold, "" when it does')]
