"""Shapes of what is asked, planned, explained and done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from custos.report.shapes.base import Shape, Value, Version, said


class Mirror(Shape, frozen=True, kw_only=True):
    """How complete and how old the mirror is that was looked at."""

    complete: Annotated[int, said("libraries read completely")]
    libraries: Annotated[int, said("libraries expected")]
    oldest: Annotated[datetime | None, said("when the library was read that was read longest ago")]


class Find(Shape, frozen=True, kw_only=True):
    """Of `custos find`."""

    version: Version = 1
    kind: Annotated[str, said("what was asked about")]
    condition: Annotated[str, said("as it was written")]
    words: Annotated[str, said("the condition read aloud")]
    asked_at: Annotated[datetime, said("when")]
    mirror: Annotated[Mirror, said("what was asked")]
    looked_at: Annotated[int, said("subjects")]
    found: Annotated[int, said("for so many it holds")]
    unknown: Annotated[int, said("for so many it cannot be decided")]
    by: Annotated[str, said('fact that was counted by, "" for none')] = ""
    groups: Annotated[list[dict[str, Any]] | None, said("counted fact, found, unknown; null unless it was counted")] = (
        None
    )
    rows: Annotated[
        list[dict[str, Any]] | None, said("ids, name, url, and the facts shown; null when it was counted")
    ] = None


class PlanAction(Shape, frozen=True, kw_only=True):
    """One action of a plan."""

    id: Annotated[str, said("its number in the plan")]
    policy: Annotated[str, said("whose it is")]
    rule: Annotated[str, said("of that policy")]
    where: Annotated[str, said("file:line:column of the rule")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    owner: Annotated[str, said('sign-in name of its Information Asset Owner, "" for none')]
    asked: Annotated[str, said('sign-in name of who would be asked or told by the register, "" for nobody')]
    asked_as: Annotated[str, said("in which role")]
    subject: Annotated[str, said("its key: kind and ids")]
    name: Annotated[str, said("of the subject, perhaps masked")]
    url: Annotated[str, said("its address, perhaps masked below the library")]
    kind: Annotated[str, said("what would be done")]
    before: Annotated[dict[str, Value], said("what it finds")]
    after: Annotated[dict[str, Value], said("what it leaves")]
    because: Annotated[str, said("why")]
    reversibility: Annotated[str, said("how far it can be put back")]
    shorter_than_schedule: Annotated[
        str, said('how its label is shorter than the retention schedule, "" when it is not')
    ]
    units: Annotated[int, said("resource units")]
    refused: Annotated[str, said('why the plan does not do it, "" when it does')]
    refusal: Annotated[str, said("the code of that")]


class PlanPolicy(Shape, frozen=True, kw_only=True):
    """One policy of a plan."""

    state: Annotated[str, said("how far it may go")]
    hash: Annotated[str, said("of what it means: what an approval is for")]
    reason: Annotated[str, said('why it does not go as far as its file asks, "" when it does')]


class Plan(Shape, frozen=True, kw_only=True):
    """Of `custos plan`."""

    version: Version = 1
    id: Annotated[str, said('"" when it is not saved')]
    made_at: Annotated[datetime, said("when")]
    made_by: Annotated[str, said('sign-in name, "custos" for a timer, "" when it is not saved')]
    states: Annotated[dict[str, str], said("policy ► how far it may go")]
    policies: Annotated[dict[str, PlanPolicy], said("policy ► state and hash")]
    coverage: Annotated[dict[str, int], said("libraries read completely, and expected")]
    mirror: Annotated[Mirror, said("what it was made from")]
    inventory: Annotated[dict[str, int], said("table ► version that was read")]
    unknown: Annotated[dict[str, int], said("policy/rule ► subjects that could not be decided")]
    notes: Annotated[list[str], said("what should be read with it")]
    actions: Annotated[list[PlanAction], said("in the plan's order, refused ones too")]


class ExplainCondition(Shape, frozen=True, kw_only=True):
    """One condition of a rule."""

    fact: Annotated[str, said("what is asked about")]
    words: Annotated[str, said("the condition read aloud")]
    value: Annotated[Value, said("what was found; null when it is unknown or missing")]
    said: Annotated[str, said("the value read aloud")]
    verdict: Annotated[str, said("whether it holds")]
    source: Annotated[str, said("where the value comes from")]
    read_at: Annotated[datetime | None, said("when it was read")]
    where: Annotated[str, said("file:line:column")]


class ExplainProtection(Shape, frozen=True, kw_only=True):
    """One thing that stands in the way of a write."""

    code: Annotated[str, said("what kind")]
    reference: Annotated[str, said("the row: H-001")]
    sentence: Annotated[str, said("why")]


class ExplainRule(Shape, frozen=True, kw_only=True):
    """One rule on one subject."""

    policy: Annotated[str, said("whose it is")]
    rule: Annotated[str, said("of that policy")]
    state: Annotated[str, said("how far the policy may go")]
    reason: Annotated[str, said('why it does not go as far as its file asks, "" when it does')]
    unapproved: Annotated[str, said('why its approval does not cover this place, "" when it does')]
    where: Annotated[str, said("file:line:column")]
    subject: Annotated[str, said("its key: kind and ids")]
    name: Annotated[str, said("of the subject")]
    verdict: Annotated[str, said("whether it holds")]
    conditions: Annotated[list[ExplainCondition], said("what it asks")]
    because: Annotated[str, said('why, "" unless it holds')]
    steps: Annotated[list[str], said("what is done about it")]
    protections: Annotated[list[ExplainProtection], said("what stands in the way")]
    yields_to: Annotated[list[str], said("rules whose label is kept instead")]


class Explain(Shape, frozen=True, kw_only=True):
    """Of `custos explain`."""

    version: Version = 1
    url: Annotated[str, said("as it was asked")]
    found: Annotated[bool, said("whether the mirror knows the address")]
    asset: Annotated[str, said('id of its asset, "" for none')]
    complete: Annotated[bool | None, said("whether its library was read to the end; null outside libraries")]
    label_winner: Annotated[str, said('policy/rule whose label it would get, "" for none')]
    rules: Annotated[list[ExplainRule], said("every rule that was tried")]


class RunResult(Shape, frozen=True, kw_only=True):
    """What came of one action."""

    id: Annotated[str, said("its number in the plan")]
    key: Annotated[str, said("its name for ever")]
    outcome: Annotated[str, said("how it ended")]
    code: Annotated[str, said("why, in a word")]
    detail: Annotated[str, said("why, in a sentence")]
    at: Annotated[datetime, said("when")]


class Run(Shape, frozen=True, kw_only=True):
    """Of `custos run`; `apply` and `undo` print one for each that they began."""

    version: Version = 1
    id: Annotated[str, said('"" when nothing was started')]
    plan: Annotated[str, said("which plan it does")]
    purpose: Annotated[str, said("policy or undo")]
    state: Annotated[str, said("how it stands")]
    verdict: Annotated[str, said('how it ended, "" while it goes on')]
    started_by: Annotated[str, said("who")]
    started_at: Annotated[datetime | None, said("when")]
    released_by: Annotated[str, said('who released it beyond its ceilings, "" for nobody')]
    over: Annotated[list[str], said("ceilings that it would break")]
    actions: Annotated[int, said("how many it is to do")]
    waiting: Annotated[int, said("how many have no outcome yet")]
    counts: Annotated[dict[str, int], said("outcome ► actions")]
    left_out: Annotated[dict[str, int], said("code ► actions of the plan that were not begun")]
    busy: Annotated[dict[str, int], said("other run ► actions that it is doing already")]
    results: Annotated[list[RunResult], said("what came of each")]


class Applied(Shape, frozen=True, kw_only=True):
    """Of `custos apply` and `custos undo`."""

    version: Version = 1
    runs: Annotated[list[Run], said("the run of the plan, and one for each agreement in it")]


class UndoAction(Shape, frozen=True, kw_only=True):
    """One action that is turned round."""

    kind: Annotated[str, said("what would be done")]
    subject: Annotated[str, said("its key: kind and ids")]
    policy: Annotated[str, said("whose action it was")]
    rule: Annotated[str, said("of that policy")]
    before: Annotated[dict[str, Value], said("what should stand there now")]
    after: Annotated[dict[str, Value], said("what would stand there then")]
    why_not: Annotated[str, said('why it cannot be put back, "" when it can')]


class Undo(Shape, frozen=True, kw_only=True):
    """Of `custos undo --dry-run`."""

    version: Version = 1
    scope: Annotated[str, said("run, policy, site, asset or item")]
    target: Annotated[str, said("its id or address")]
    within: Annotated[dict[str, str], said("what narrows it further: policy, site, asset or item ► its id or address")]
    back: Annotated[list[UndoAction], said("can be put back, where nobody changed it since")]
    at_a_price: Annotated[list[UndoAction], said("can be put back, and people must be told")]
    cannot: Annotated[list[UndoAction], said("stays done")]
