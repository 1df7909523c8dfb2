"""Nothing acts that the approval did not cover, whatever is edited afterwards; what was approved goes on, what grew is shown, and
whatever is lawful can be approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import currently_in_test_context, event, given, settings
from hypothesis import strategies as st

from custos.engine.approval_coverage import grown_words
from custos.engine.case_facts import CaseFacts, CaseKey, Decision
from custos.engine.ceilings import Ceilings, CeilingSizes
from custos.engine.evaluate import evaluate
from custos.engine.gate import ALLOWED, Purpose, Standing, decide
from custos.engine.plan import Circumstances, make_plan, writes
from custos.engine.policy_reach import reaches
from custos.engine.register_locations import PlacedRegisters
from custos.engine.run import new_run
from custos.engine.run_context import RunContext
from custos.model.action import Action
from custos.model.plan import Plan
from custos.model.policy import Bundle
from custos.model.refusal import Code
from custos.model.state import State
from tests.engine.approved_council import (
    ASSETS,
    POLICY,
    RULES,
    SCOPES,
    SITES,
    Council,
    edited,
    mirror,
    policy_text,
    signature,
)
from tests.engine.inventory_builder import NOW
from tests.engine.memory_store import MemoryStore
from tests.engine.planned import ADMIN
from tests.engine.wired_engine import GENEROUS, Office, office, promotion
from tests.engine.wired_engine import RULES as APPROVAL

type Effect = tuple[str, str, tuple[tuple[str, object], ...]]  # what is done, to what, what it leaves


def effect(action: Action) -> Effect:
    return action.kind.value, action.finding.subject.key, tuple(sorted(action.after.items()))


@dataclass(frozen=True)
class Seen:
    """A plan, and what of it the gate lets through at that moment; of an earlier plan, too."""

    plan: Plan
    done: frozenset[Effect]
    earlier: frozenset[Effect]


def look(bundle: Bundle, standings: Mapping[str, Standing], earlier: Plan | None = None) -> Seen:
    """Plan, and put that and an earlier plan before the gate. Every owner has agreed to everything."""
    found = evaluate(bundle, mirror(), NOW)
    asked = [*found.findings(), *(action.finding for action in (earlier.actions if earlier else ()))]
    agreed = CaseFacts(opened_at=NOW, told_at=NOW, decided_at=NOW, decision=Decision.AGREE, case_id="C-1")
    cases: dict[CaseKey, CaseFacts] = {(one.policy, one.rule, one.subject.key): agreed for one in asked}
    plan = make_plan(bundle, found, Circumstances(now=NOW, standings=standings, cases=cases, home=found.placed.home))

    def passing(of: Plan) -> frozenset[Effect]:
        wanted = writes(of.actions)
        return frozenset(effect(one) for one in wanted if _passes(one, of, found.placed, standings, cases))

    return Seen(plan, passing(plan), passing(earlier) if earlier else frozenset())


def _passes(
    action: Action,
    plan: Plan,
    placed: PlacedRegisters,
    standings: Mapping[str, Standing],
    cases: Mapping[CaseKey, CaseFacts],
) -> bool:
    budget = Ceilings(
        house=GENEROUS, policies={}, owners={}, sizes=CeilingSizes(scope={}, assets={}), purpose=Purpose.POLICY
    )
    right = RunContext(placed=placed, now=NOW, standings=standings, cases=cases, budget=budget, writes_enabled=True)
    run = replace(
        new_run(plan, purpose=Purpose.POLICY, by=ADMIN, at=NOW, actions=1, over=()), hashes=dict(plan.policies)
    )
    return decide(action, right.situation(action, run, None, None)) is ALLOWED


@dataclass
class Life:
    """What happened to one policy: what was approved, and where nothing was edited since."""

    council: Council
    text: str
    at: Office = field(default_factory=lambda: office(MemoryStore()))
    covered: frozenset[Effect] = frozenset()
    approved_under: Council | None = None
    approved: str = ""
    plan: Plan | None = None  # on which it was approved

    def written(self) -> Bundle | None:
        return self.council.bundle(self.text)

    async def approve(self, to: State) -> None:
        """Have the version at hand approved, on a plan of what is in force and what is edited beside it: lawful, and so granted."""
        files = self.written()
        assert files is not None
        would = look(files, {POLICY: Standing(state=State.ENFORCE, hash=files.policies[POLICY].hash)})
        for state in (State.PILOT, State.ENFORCE):
            in_force = await self.at.approvals.compose(files)
            planned = look(in_force, await self.at.approvals.standing(in_force)).plan
            plan = replace(planned, made_at=self.at.clock.now(), reaches=reaches(in_force))
            wanted = promotion(files, files.policies[POLICY], state, plan, content=self.text.encode())
            await self.at.approvals.promote(wanted, APPROVAL)
            if state is to:
                break
        pilot = frozenset(effect(one) for one in would.plan.actions if one.finding.asset_id == ASSETS[0])
        self.covered = would.done if to is State.ENFORCE else would.done & pilot
        self.approved_under, self.approved, self.plan = self.council, self.text, would.plan

    async def take_back(self) -> None:
        await self.at.approvals.take_back(POLICY, by=ADMIN, why="a test")
        self.covered, self.approved_under, self.approved = frozenset(), None, ""

    async def delete(self) -> None:
        """While its file is gone nothing of it acts, also not what was planned; then the file comes back."""
        files = self.written()
        if files is None:
            return
        without = replace(files, policies={}, version=f"{files.version} without it")
        in_force = await self.at.approvals.compose(without)
        seen = look(in_force, await self.at.approvals.standing(in_force), self.plan)
        assert not seen.done | seen.earlier, "a policy acts that there is not"

    async def check(self) -> None:
        """What acts now was approved; what grew is shown and waits; what was approved goes on wherever nothing was edited."""
        files = self.written()
        if files is None:
            return  # such files are refused as a whole, and the last good ones go on
        in_force = await self.at.approvals.compose(files)
        standings = await self.at.approvals.standing(in_force)
        seen = look(in_force, standings, self.plan)
        assert seen.done | seen.earlier <= self.covered, "something acts that was not approved"
        standing = standings[POLICY]
        if currently_in_test_context():
            event(
                f"{standing.state}, grown: {bool(standing.coverage and standing.coverage.grown)}, done: {bool(seen.done)}"
            )
        if not self.approved or POLICY in in_force.unread:
            assert seen.done == frozenset()
            return
        self._goes_on(seen)
        self._shown(seen, standing)

    def _goes_on(self, seen: Seen) -> None:
        assert self.approved_under is not None
        same = {site for site in SITES if signature(self.council, site) == signature(self.approved_under, site)}
        left = {one for one in self.covered if one[1].startswith(tuple(f"{site}/" for site in same))}
        assert left <= seen.done, "what was approved stopped where nothing was edited"

    def _shown(self, seen: Seen, standing: Standing) -> None:
        assert standing.coverage is not None
        grown = standing.coverage.grown
        for action in seen.plan.actions:
            if action.refusal != Code.NOT_APPROVED.value:
                continue
            rule, url = action.finding.rule, action.finding.subject.url
            known = [one for one in grown if rule in one.rules and (url.startswith(one.place) or not one.asset_id)]
            assert known, f"{rule} waits at {url}, and nothing says so"
            assert any(grown_words(POLICY, one) in seen.plan.notes for one in known)
        assert self.council != self.approved_under or not grown, "nothing was edited, and something grew"


texts = st.builds(
    policy_text,
    st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=4, unique=True),
    st.sampled_from(SCOPES),
)
EVENTS = (
    "edit registers",
    "edit registers",
    "edit policy",
    "edit policy",
    "edit back",
    "delete and restore",
    "take back",
    "approve",
    "pilot",
)


@settings(max_examples=12, deadline=None)
@given(st.data())
async def test_nothing_acts_that_the_approval_did_not_cover(data: st.DataObject) -> None:
    """Of any policy, registers and settings, approved, and then edited, taken back and approved again in any order."""
    life = Life(Council(), data.draw(texts))
    if data.draw(st.booleans()):
        life.council = data.draw(edited(life.council))
    for what in ("approve", "edit registers", *data.draw(st.lists(st.sampled_from(EVENTS), max_size=3)), "approve"):
        match what:
            case "edit registers":
                life.council = data.draw(edited(life.council))
            case "edit policy":
                life.text = data.draw(texts)
            case "edit back" if life.approved:
                life.text = life.approved
            case "delete and restore":
                await life.delete()
            case "take back":
                await life.take_back()
            case "approve" | "pilot" if life.written() is not None:
                await life.approve(State.PILOT if what == "pilot" else State.ENFORCE)
        await life.check()


async def test_an_edited_policy_is_approved_in_its_turn() -> None:
    """On a plan that shows it beside what was approved: edited, edited twice, edited back, with other registers at the same time, after
    its file was gone.
    """
    first, second, third = (policy_text(rules, "everything") for rules in (["scheduled"], ["links"], ["sites"]))
    life = Life(Council(), first)
    await life.approve(State.ENFORCE)
    for text, to in ((second, State.PILOT), (third, State.ENFORCE), (first, State.ENFORCE)):
        life.text = text
        life.council = replace(life.council, partners=frozenset({ASSETS[len(life.council.partners) % 3]}))
        await life.check()
        await life.delete()
        await life.approve(to)
        await life.check()
        assert life.covered
    life.text = second
    life.text = third
    await life.approve(State.PILOT)
    await life.check()
