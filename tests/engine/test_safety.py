"""Whatever a policy says and whatever is known: no write is planned on unknown, on what is protected, or over a budget."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as some

from custos.clock import FixedClock
from custos.engine.ceiling_usage import CeilingUsage
from custos.engine.ceilings import Ceilings, CeilingSizes
from custos.engine.plan import writes
from custos.engine.protection import stopping
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Protection
from custos.model.policy import FROM_SCHEDULE, TO_CLASS, HouseLimits, Limits, OnlyIf, Step
from custos.model.state import State
from custos.model.subject import Fact, Kind, Subject
from tests.engine.memory_store import MemoryTable
from tests.engine.planned import (
    ASSET,
    LABEL,
    NOW,
    RECORD_LABEL,
    bundle,
    file_subject,
    finding,
    grant_subject,
    labelled,
    link_subject,
    plan_of,
    policy,
    step,
)
from tests.limits import steady

maybe = some.one_of(some.none(), some.booleans())
levels = some.sampled_from([None, "disabled", "existing_guests", "new_guests", "anyone"])
facts_of_files = some.fixed_dictionaries(
    {
        "label": some.sampled_from([None, "", "Other", LABEL]),
        "label_explicit": maybe,
        "is_record": maybe,
        "scheduled_label": some.sampled_from([None, "", LABEL, RECORD_LABEL]),
        "scheduled_label_is_record": maybe,
    }
)
facts_of_links = some.fixed_dictionaries(
    {
        "link_scope": some.sampled_from([None, "anonymous", "organization", "users"]),
        "link_expires": some.sampled_from([None, NOW + timedelta(days=400)]),
        "link_expires__missing": maybe,
        "anyone_links_allowed": maybe,
        "organisation_links_allowed": maybe,
    }
)
facts_of_grants = some.fixed_dictionaries(
    {
        "person": some.sampled_from([None, "", "nurse@eastvale-nhs.example"]),
        "through": some.sampled_from([None, "grant", "link"]),
        "access": some.sampled_from([None, "read"]),
        "under_agreement": maybe,
        "person_domain": some.sampled_from([None, "", "eastvale-nhs.example"]),
    }
)
facts_of_sites = some.fixed_dictionaries({"site_sharing": levels, "site_sharing_allowed": levels})
subjects: Mapping[Kind, Subject] = {
    Kind.FILE: file_subject(),
    Kind.LINK: link_subject(),
    Kind.GRANT: grant_subject(),
    Kind.SITE: replace(file_subject(), kind=Kind.SITE, drive_id="", item_id=""),
}
cases = some.one_of(
    some.tuples(some.just(Kind.FILE), facts_of_files),
    some.tuples(some.just(Kind.LINK), facts_of_links),
    some.tuples(some.just(Kind.GRANT), facts_of_grants),
    some.tuples(some.just(Kind.SITE), facts_of_sites),
)
STEPS: Mapping[Kind, tuple[Step, ...]] = {
    Kind.FILE: (step(ActionKind.APPLY_LABEL, label=FROM_SCHEDULE),),
    Kind.LINK: (step(ActionKind.SET_EXPIRY, expiry=Duration(30, "day")), step(ActionKind.REMOVE_LINK)),
    Kind.GRANT: (step(ActionKind.REMOVE_GRANT),),
    Kind.SITE: (step(ActionKind.RESTRICT_SITE, level=TO_CLASS),),
}
protections = some.lists(
    some.sampled_from(["hold", "exempt", "record", "explicit"]).map(
        lambda code: Protection(code=code, reference="X", sentence="Protected.")
    ),
    max_size=2,
)


@steady
@given(cases, protections, some.sampled_from(State))
def test_no_write_on_unknown_or_on_what_is_protected(
    case: tuple[Kind, dict[str, Fact]], guards: list[Protection], state: State
) -> None:
    """A planned write knows what it would change, changes it, is protected by nothing, and is no draft's."""
    kind, facts = case
    found = replace(finding(subjects[kind]), facts=facts, protections=tuple(guards))
    for action in writes(plan_of(bundle(policy(*STEPS[kind], kind=kind, state=state)), found).actions):
        assert stopping(guards, action.kind) is None
        assert state is not State.DRAFT
        assert dict(action.before) != dict(action.after)
        match action.kind:
            case ActionKind.APPLY_LABEL:
                assert facts["label"] == "" or (facts["label"] == "Other" and facts["label_explicit"] is False)
                assert action.after["label"] == LABEL
                assert facts["is_record"] is False or (facts["is_record"] is None and not facts["label"])
            case ActionKind.SET_EXPIRY:
                assert facts["link_scope"] == "anonymous"
                assert facts["link_expires__missing"] is True or facts["link_expires"] is not None
            case ActionKind.REMOVE_LINK:
                assert facts["link_scope"] is not None
            case ActionKind.REMOVE_GRANT:
                assert facts["access"] is not None
                assert facts["through"] is not None
                assert facts["person_domain"] is not None
            case ActionKind.RESTRICT_SITE:
                order = ["disabled", "existing_guests", "new_guests", "anyone"]
                assert order.index(str(action.after["sharing"])) < order.index(str(action.before["sharing"]))
            case _:
                raise AssertionError(action.kind)


@steady
@given(some.sampled_from([ActionKind.REMOVE_LINK, ActionKind.SET_EXPIRY]), some.integers(0, 60))
def test_without_a_word_to_anybody_nothing_with_a_notice_is_due(kind: ActionKind, days: int) -> None:
    """A step with a notice is never due while nobody was told, however much time passes; nor one that needs agreement."""
    noticed = step(kind, after=Duration(1, "day"), expiry=Duration(1, "day"))
    agreed = step(kind, only_if=OnlyIf.OWNER_AGREES, expiry=Duration(1, "day"))
    for one in (noticed, agreed):
        plan = plan_of(bundle(policy(one, kind=Kind.LINK)), finding(link_subject()), now=NOW + timedelta(days=days))
        assert writes(plan.actions) == ()


ceilings = some.integers(0, 12)


@steady
@given(
    per_run=ceilings,
    per_day=ceilings,
    per_site=ceilings,
    per_owner=ceilings,
    house=ceilings,
    percent=some.floats(0, 100),
    size=some.one_of(some.none(), some.integers(0, 30)),
    runs=some.integers(1, 3),
)
def test_no_run_writes_more_than_any_ceiling_allows(
    *,
    per_run: int,
    per_day: int,
    per_site: int,
    per_owner: int,
    house: int,
    percent: float,
    size: int | None,
    runs: int,
) -> None:
    """However ceilings are set, what is granted in runs and days stays within the lowest of them."""
    limits = Limits(
        actions_per_run=per_run,
        actions_per_day=per_day,
        actions_per_site_per_day=per_site,
        actions_per_owner_per_day=per_owner,
        percent_of_scope=percent,
    )
    budget = Ceilings(
        house=HouseLimits(per_run=house, percent_of_asset_per_day=None),
        policies={"labels": limits},
        owners={ASSET: "director.planning@wrenbridge.example"},
        sizes=CeilingSizes(scope={} if size is None else {"labels/rule": size}),
    )
    actions = plan_of(bundle(), *labelled(10)).actions
    spend = CeilingUsage(MemoryTable(), FixedClock(NOW))

    async def granted(run: int) -> int:
        answers = await spend.reserve(actions, budget, run=f"R-{run}")
        return sum(answer is None for answer in answers.values())

    async def all_runs() -> list[int]:
        return [await granted(run) for run in range(runs)]

    counts = asyncio.run(all_runs())
    assert max(counts) <= min(per_run, house)
    assert sum(counts) <= min(per_day, per_site, per_owner)
    if not size or percent == 0:
        assert sum(counts) == 0
    else:
        assert max(counts) <= max(1, size * percent / 100 + 1)
