"""Approvals: exactly one version with the reach that it has, step by step, by somebody who may and whose own it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from custos.audit.events import What
from custos.engine.approvals import Approvals
from custos.engine.gate import Standing
from custos.engine.involved_people import commit_judged, hands_in, hands_in_any
from custos.engine.policy_reach import reach
from custos.engine.promotion import PromotionRules
from custos.engine.separation_of_duties import Involved
from custos.errors import BadInput
from custos.model.approval_rules import ApprovalRules
from custos.model.policy import Policy, Rule, Test
from custos.model.state import State
from custos.report.approvals import covered
from tests.engine.memory_store import MemoryStore
from tests.engine.planned import (
    ADMIN,
    GOVERNANCE,
    MARK,
    RECORD_LABEL,
    SIRO,
    bundle,
    entry,
    finding,
    person,
    plan_of,
    policy,
)
from tests.engine.wired_engine import RULES, office, promotion
from tests.policy.policies import shipped

POLICY = policy()
_OWNER = f"owns the policy {POLICY.id}"


async def promoted(
    approvals: Approvals, to: State, of: Policy = POLICY, rules: PromotionRules = RULES, **changes: Any
) -> None:
    """Let a policy go further, as the SIRO asks it, with `changes` to what she puts forward."""
    files = bundle(of)
    made = replace(plan_of(files), id="P-2026-1123-01")
    await approvals.promote(promotion(files, of, to, made, **changes), rules)


async def standing(approvals: Approvals, of: Policy = POLICY) -> Standing:
    return (await approvals.standing(bundle(of)))[of.id]


async def state(approvals: Approvals, of: Policy = POLICY) -> State:
    return (await standing(approvals, of)).state


async def test_a_policy_begins_in_simulate_whatever_its_file_says(memory: MemoryStore) -> None:
    """Without an approval an enforcing policy only simulates, and it is said why."""
    told = await standing(office(memory).approvals)
    assert (told.state, told.reason) == (State.SIMULATE, "nobody has approved it yet")


async def test_it_rises_step_by_step(memory: MemoryStore) -> None:
    """Pilot first, then enforce, each recorded with who, what plan and which reference."""
    approvals = office(memory).approvals
    with pytest.raises(BadInput, match="has not been in pilot"):
        await promoted(approvals, State.ENFORCE)
    await promoted(approvals, State.PILOT)
    assert await state(approvals) is State.PILOT
    await promoted(approvals, State.ENFORCE)
    assert await state(approvals) is State.ENFORCE
    event = memory.audit.events[-1]
    assert (event.what, event.by, event.by_id, event.plan, event.policy_hash) == (
        What.POLICY_PROMOTED,
        SIRO.upn,
        SIRO.id,
        "P-2026-1123-01",
        POLICY.hash,
    )
    assert event.details["reference"] == "CIG-2026-014"
    assert event.details["authors"] == ADMIN.id


async def test_the_file_may_ask_for_less(memory: MemoryStore) -> None:
    """The lower of what the file asks for and what was approved counts; lowering the file needs no approval."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    told = await standing(approvals)
    assert (told.state, told.reason) == (State.PILOT, "its file asks for enforce, and it is approved for pilot")
    await promoted(approvals, State.ENFORCE)
    assert await state(approvals, policy(state=State.PILOT)) is State.PILOT
    told = await standing(approvals, policy(state=State.SIMULATE))
    assert (told.state, told.reason) == (State.SIMULATE, "its file asks for simulate")
    assert await state(approvals, policy(state=State.DRAFT)) is State.DRAFT


async def test_another_version_is_not_approved(memory: MemoryStore) -> None:
    """Another version of the text has no approval, and says so; the earlier version's stays where it is."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    told = await standing(approvals, policy(text="edited"))
    assert (told.state, told.reason) == (State.SIMULATE, "it was edited, and this version is not approved yet")
    assert await state(approvals) is State.PILOT


async def test_another_name_is_another_policy(memory: MemoryStore) -> None:
    """Renamed, a policy is approved anew, and can be; what comes back under the old name is as it was approved."""
    approvals, renamed = office(memory).approvals, policy(name="renamed")
    await promoted(approvals, State.PILOT)
    told = await standing(approvals, renamed)
    assert (told.state, told.reason) == (State.SIMULATE, "nobody has approved it yet")
    await promoted(approvals, State.PILOT, renamed)
    assert await state(approvals, renamed) is State.PILOT
    assert await state(approvals) is State.PILOT


async def test_an_overdue_review_falls_back_to_simulate(memory: MemoryStore) -> None:
    """An approved policy past its review date only simulates, says since when, and is not approved before it is reviewed."""
    at = office(memory)
    due = policy(review_due=date(2026, 11, 30))
    await promoted(at.approvals, State.PILOT, due)
    assert await state(at.approvals, due) is State.PILOT
    at.clock.advance(timedelta(days=9))
    told = await standing(at.approvals, due)
    assert (told.state, told.reason) == (State.SIMULATE, "its review was due on 30 November 2026")
    with pytest.raises(BadInput, match="The review of labels was due on 30 November 2026"):
        await promoted(at.approvals, State.ENFORCE, due)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": GOVERNANCE}, "head.information.governance@wrenbridge.example may not let a policy enforce"),
        ({"by": ADMIN}, "platform.engineer@wrenbridge.example may not let a policy enforce"),
        ({"by": person("hacker")}, "hacker@wrenbridge.example may not let a policy enforce"),
        ({"owner": Involved(SIRO.id, "S.I.R.O+owner@wrenbridge.example", _OWNER)}, "siro@.* owns the policy labels"),
        (
            {"owner": Involved("", "nobody@wrenbridge.example", _OWNER)},
            "does not know who nobody@wrenbridge.example is",
        ),
        ({"authors": (Involved(SIRO.id, "siro", "wrote this version of labels"),)}, "wrote this version"),
        ({"reference": "."}, '"." does not look like CIG-2026-014'),
        ({"reference": "made up"}, '"made up" does not look like CIG-2026-014'),
        ({"reference": ""}, "Corporate Information Group. None is given"),
        ({"reference": "CIG-2019-014"}, "is not of 2025 or 2026"),
    ],
)
async def test_who_may_not_approve(memory: MemoryStore, changes: dict[str, Any], why: str) -> None:
    """Nobody approves without the right, nor what is their own however their name is written, nor without a minute."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    with pytest.raises(BadInput, match=why):
        await promoted(approvals, State.ENFORCE, **changes)
    assert await state(approvals) is State.PILOT


async def test_whoever_made_the_plan_does_not_approve_on_it(memory: MemoryStore) -> None:
    """Nor somebody whom nobody knows any more; a plan that Custos made by itself is nobody's."""
    approvals, files = office(memory).approvals, bundle(POLICY)
    wanted = promotion(files, POLICY, State.PILOT, plan_of(files, finding()))
    for made_by, made_by_id, why in (
        ("SIRO@x", SIRO.id, "made the plan"),
        ("ghost@x", "", "does not know who ghost@x"),
    ):
        plan = replace(wanted.plan, made_by=made_by, made_by_id=made_by_id)
        with pytest.raises(BadInput, match=why):
            await approvals.promote(replace(wanted, plan=plan), RULES)
    custos = replace(wanted.plan, made_by="custos", made_by_id="")
    await approvals.promote(replace(wanted, plan=custos), RULES)
    assert await state(approvals) is State.PILOT


async def test_who_wrote_what_was_piloted_does_not_let_it_enforce(memory: MemoryStore) -> None:
    """The authors whom the pilot's approval named count for enforcing the same version, whoever is named this time."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT, by=GOVERNANCE, authors=(Involved(SIRO.id, SIRO.upn, "wrote it"),))
    with pytest.raises(BadInput, match="wrote this version of labels"):
        await promoted(approvals, State.ENFORCE)


async def test_a_second_approval_forgets_no_author(memory: MemoryStore) -> None:
    """What is approved once more names those whom its first approval named, although git says that nobody wrote it since."""
    approvals, by_her = office(memory).approvals, (Involved(GOVERNANCE.id, GOVERNANCE.upn, "wrote it"),)
    await promoted(approvals, State.PILOT, authors=by_her, commit="a" * 40)
    await promoted(approvals, State.PILOT, authors=(), commit="b" * 40)
    assert memory.audit.events[-1].details["authors"] == GOVERNANCE.id
    decisions = await approvals.of(POLICY.id)
    assert hands_in_any(decisions) == {GOVERNANCE.id}
    with pytest.raises(BadInput, match="wrote this version of labels"):
        await promoted(approvals, State.PILOT, by=GOVERNANCE, authors=())


async def test_an_author_of_the_pilot_counts_until_another_version_enforces(memory: MemoryStore) -> None:
    """Somebody else's small edit of a piloted version does not make its author somebody who may let it enforce."""
    approvals, edited = office(memory).approvals, policy(text="edited")
    by_siro = (Involved(SIRO.id, SIRO.upn, "wrote it"),)
    await promoted(approvals, State.PILOT, by=GOVERNANCE, authors=by_siro, commit="a" * 40)
    await promoted(approvals, State.PILOT, edited, by=GOVERNANCE, commit="b" * 40)
    with pytest.raises(BadInput, match="wrote this version of labels"):
        await promoted(approvals, State.ENFORCE, edited)
    decisions = await approvals.of(POLICY.id)
    assert commit_judged(decisions, edited.hash, State.PILOT) == "a" * 40
    assert commit_judged(decisions, edited.hash, State.ENFORCE) == ""


async def test_what_was_taken_back_judges_nobody(memory: MemoryStore) -> None:
    """Who wrote the version that was taken back wrote what comes after it, however often it is taken back."""
    approvals, edited = office(memory).approvals, policy(text="edited")
    await promoted(approvals, State.PILOT, commit="a" * 40)
    await promoted(approvals, State.PILOT, edited, commit="b" * 40)
    third = "another meaning"
    assert commit_judged(await approvals.of(POLICY.id), third, State.PILOT) == "b" * 40
    for _ in range(2):
        await approvals.take_back(POLICY.id, by=ADMIN, why="too many questions")
        decisions = await approvals.of(POLICY.id)
        assert commit_judged(decisions, third, State.PILOT) == "a" * 40
        assert hands_in(decisions, third, State.PILOT) == {ADMIN.id}


async def test_a_pilot_has_a_shortest_length(memory: MemoryStore) -> None:
    """Ten working days by default: weekends and the council's holidays are none. It is said from when on."""
    at = office(memory)
    rules = replace(RULES, approval=ApprovalRules(), holidays=frozenset({date(2026, 12, 1)}))
    await promoted(at.approvals, State.PILOT, rules=rules)
    with pytest.raises(BadInput, match=r"10 working days must pass.*It may enforce from 8 December 2026 on"):
        await promoted(at.approvals, State.ENFORCE, rules=rules)
    at.clock.advance(timedelta(days=15, hours=1))
    files = bundle(POLICY)
    fresh = replace(plan_of(files, finding()), made_at=at.clock.now())
    wanted = promotion(files, POLICY, State.ENFORCE, fresh)
    await at.approvals.promote(wanted, rules)
    assert await state(at.approvals) is State.ENFORCE


async def test_the_plan_must_be_of_that_version_and_that_reach_and_fresh(memory: MemoryStore) -> None:
    """A plan of another version, of other registers, an old one, or a new one of an old mirror approves nothing."""
    at = office(memory)
    files = bundle(POLICY)
    wanted = promotion(files, POLICY, State.PILOT, plan_of(files, finding()))
    another = plan_of(bundle(policy(text="edited")), finding())
    old = replace(wanted.plan, mirror_at=wanted.plan.made_at - timedelta(days=3))
    for plan, why in (
        (another, "not made from this version"),
        (replace(wanted.plan, reaches={POLICY.hash: "another"}), "Registers or settings changed what labels reaches"),
        (replace(wanted.plan, reaches={}), "it does not show all that labels reaches"),
        (old, "made from a mirror of 20 November 2026: older than 3 days"),
    ):
        with pytest.raises(BadInput, match=why):
            await at.approvals.promote(replace(wanted, plan=plan), RULES)
    at.clock.advance(timedelta(days=15))
    with pytest.raises(BadInput, match="older than 14 days"):
        await at.approvals.promote(wanted, RULES)


async def test_all_reasons_are_told_at_once(memory: MemoryStore) -> None:
    """Whoever asks wrongly in four ways hears of all four."""
    with pytest.raises(BadInput) as told:
        await promoted(office(memory).approvals, State.ENFORCE, by=ADMIN, reference="")
    said = str(told.value)
    for reason in ("may not let", "wrote this", "made the plan", "Information Group", "in pilot"):
        assert reason in said


async def test_taking_back_counts_at_once(memory: MemoryStore) -> None:
    """Back to simulate with a reason and a name; enforcing again begins at pilot."""
    approvals = office(memory).approvals
    await promoted(approvals, State.PILOT)
    await approvals.take_back(POLICY.id, by=ADMIN, why="too many questions")
    told = await standing(approvals)
    assert (told.state, told.reason) == (State.SIMULATE, f"{ADMIN.upn} took it back on 23 November 2026")
    with pytest.raises(BadInput, match="has not been in pilot"):
        await promoted(approvals, State.ENFORCE)


async def test_taking_back_ends_every_earlier_approval(memory: MemoryStore) -> None:
    """Whichever version of the file comes back afterwards, it simulates."""
    approvals, second = office(memory).approvals, policy(text="edited")
    for version in (POLICY, second):
        await promoted(approvals, State.PILOT, version)
        await promoted(approvals, State.ENFORCE, version)
    await approvals.take_back(POLICY.id, by=ADMIN, why="too many questions")
    assert await state(approvals, second) is State.SIMULATE
    assert await state(approvals, POLICY) is State.SIMULATE


async def test_an_approval_whose_reach_cannot_be_read_covers_nothing(memory: MemoryStore) -> None:
    """When what was approved is lost or spoilt in storage, the policy simulates and says why."""
    at = office(memory)
    await promoted(at.approvals, State.PILOT)
    for name in [name for name in memory.blobs.contents if name.startswith("reaches/")]:
        memory.blobs.contents[name] = b"{"
    told = await standing(office(memory).approvals)
    assert told.state is State.SIMULATE
    assert "cannot be read" in told.reason


def test_what_an_approval_covers_lists_no_label_that_is_never_put_on() -> None:
    """A label that declares a record is in no list of what a policy may put on, though the schedule gives it to places."""
    files = shipped()
    reached = reach(files, files.policies["labels-from-schedule"])
    assert RECORD_LABEL in {terms.library["scheduled_label"] for terms in reached.places.values() if terms.inside}
    [labels] = [line for line in covered(reached) if line.startswith("labels:")]
    assert "PLN-02" in labels
    assert RECORD_LABEL not in labels


async def test_a_label_that_is_no_record_any_more_waits_for_an_approval(memory: MemoryStore) -> None:
    """Files that carry it were left alone by its being a record. A rule about files without a label leaves them alone anyway."""
    approvals = office(memory).approvals
    replacing = policy(name="replacing", fact="size")
    unlabelled = replace(policy(name="unlabelled"), rules=(_unlabelled(),))
    before = bundle(replacing, unlabelled)
    for of in (replacing, unlabelled):
        wanted = promotion(before, of, State.PILOT, plan_of(before))
        await approvals.promote(replace(wanted, plan=replace(wanted.plan, policies={of.id: of.hash})), RULES)
    schedule = {**before.records.schedule, "RS-PRO-02": entry("RS-PRO-02", RECORD_LABEL)}
    after = bundle(replacing, unlabelled, registers=replace(before.records, schedule=schedule))
    standings = await approvals.standing(after)
    told = {name: [one.sentence for one in each.coverage.grown] for name, each in standings.items() if each.coverage}
    assert told["unlabelled"] == []
    assert set(told["replacing"]) == {f"The label {RECORD_LABEL} declared a record when the policy was approved."}


def _unlabelled() -> Rule:
    (rule,) = policy().rules
    return replace(rule, when=Test(fact="label", operator="is_missing", value=True, mark=MARK))
