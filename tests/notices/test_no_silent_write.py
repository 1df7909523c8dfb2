"""No policy that Custos accepts leads to a write that nobody saw: told before, with its notice, or told the same day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from custos.actions import DECLARED
from custos.audit.events import Event, What
from custos.engine.notice_period import due
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.policy import AllOf, Family, Limits, OnlyIf, Policy, Recipient, Step, Test
from custos.model.subject import Kind, Subject
from custos.notices.case_findings import digest
from custos.notices.council_hours import tell_by
from custos.notices.model import Case, Verb
from custos.policy.steps import check_steps
from custos.problems import Problems
from tests.engine.planned import LABEL, MARK, file_subject, finding, grant_subject, link_subject, policy, step
from tests.notices import small_council
from tests.notices.memory_loop import Council, council
from tests.policy.policies import shipped

MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)
DAYS = 7
WIDE = Limits(irreversible_per_day=100, percent_of_scope=10_000.0)
WRITES = {
    Kind.FILE: (ActionKind.APPLY_LABEL,),
    Kind.LINK: (ActionKind.SET_EXPIRY, ActionKind.REMOVE_LINK),
    Kind.GRANT: (ActionKind.REMOVE_GRANT,),
    Kind.GUEST: (ActionKind.REMOVE_GUEST,),
    Kind.SITE: (ActionKind.RESTRICT_SITE, ActionKind.ARCHIVE_SITE),
}
GUEST = Subject(kind=Kind.GUEST, site_id=file_subject().site_id, group_id="group", user_id="guest", name="a guest")
SITE = replace(file_subject(), kind=Kind.SITE, drive_id="", item_id="", name="Planning")
SUBJECTS = {
    Kind.FILE: file_subject(),
    Kind.LINK: link_subject(),
    Kind.GRANT: grant_subject(),
    Kind.GUEST: GUEST,
    Kind.SITE: SITE,
}
SITE_FACTS = {"site_sharing": "anyone", "site_sharing_allowed": "disabled"}

spans = st.builds(Duration, st.integers(0, 2), st.just("working day"))
action_report = st.builds(
    lambda what, to: step(what, to=to, within=Duration(3, "working day")),
    st.sampled_from([ActionKind.ASK, ActionKind.ASK, ActionKind.TELL]),
    st.sampled_from([Recipient.OWNER, Recipient.OWNER, *Recipient]),
)
answers = st.builds(
    lambda day, verb: [""] * day + [verb] * (DAYS - day),
    st.integers(0, DAYS),
    st.sampled_from(["agree", "agree", "keep"]),
)
"""What is pressed on each day: nothing, then the same on every day."""


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy with one rule of any steps in any order, as somebody might write it."""
    kind = draw(st.sampled_from([*WRITES, Kind.LINK, Kind.LINK, Kind.GRANT]))
    first = [draw(action_report)] if draw(st.integers(0, 4)) else []
    writing = st.builds(
        step,
        st.sampled_from(WRITES[kind]),
        after=st.none() | st.none() | spans,
        only_if=st.sampled_from(list(OnlyIf)),
        label=st.just(LABEL if kind is Kind.FILE else ""),
        expiry=st.just(Duration(2, "working day")) | spans if kind is Kind.LINK else st.none(),
        level=st.just("disabled"),
    )
    steps = [*first, *draw(st.lists(st.one_of(action_report, writing, writing), min_size=1, max_size=3))]
    return rule_of(kind, steps)


def rule_of(kind: Kind, steps: Sequence[Step]) -> Policy:
    made = policy(*steps, name="labels", kind=kind, limits=WIDE)
    links = Test(fact="link_scope", operator="is", value="anonymous", mark=MARK)
    rule = replace(made.rules[0], when=AllOf(parts=(links,), mark=MARK))
    return replace(made, family=Family.SHARING, rules=(rule,))


def accepted(made: Council) -> bool:
    """Whether the loader takes the policy."""
    problems = Problems()
    only = made.bundle.policies["labels"]
    check_steps(only.rules[0].steps, only.rules[0].when, only.scope, made.bundle.records, problems)
    return not problems.all


@dataclass
class Life:
    """A week of a council with one thing that the rule finds for as long as it is there."""

    made: Council
    stays_found: bool  # also once something was done about it

    @property
    def rule_kind(self) -> Kind:
        return self.made.bundle.policies["labels"].rules[0].kind

    def begin(self) -> None:
        """Put the thing into the tenant."""
        tenant = self.made.tenant
        {Kind.FILE: tenant.file, Kind.LINK: tenant.link, Kind.GRANT: tenant.grant}.get(self.rule_kind, lambda: None)()
        if self.rule_kind is Kind.GUEST:
            tenant.lives[GUEST.key] = Live(found=True, values={"member": "yes"})
        if self.rule_kind is Kind.SITE:
            tenant.lives[SITE.key] = Live(found=True, values={"sharing": "anyone", "state": "active"})

    def found(self) -> list[Finding]:
        """What the rule finds now."""
        subject = SUBJECTS[self.rule_kind]
        live = self.made.tenant.lives.get(subject.key)
        if live is None:
            return []
        facts: dict[str, object] = dict(SITE_FACTS) if self.rule_kind is Kind.SITE else {}
        match self.rule_kind:
            case Kind.FILE:
                changed, facts["label"] = live.values["label"] == LABEL, live.values["label"]
            case Kind.LINK:
                ends = live.values["expires"]
                changed, facts["link_expires"], facts["link_expires__missing"] = ends is not None, ends, ends is None
                if isinstance(ends, datetime) and ends <= self.made.now:
                    return []
            case Kind.SITE:
                changed, facts["site_sharing"] = (
                    live.values != {"sharing": "anyone", "state": "active"},
                    live.values["sharing"],
                )
            case Kind.GUEST:
                changed, facts["person_domain"] = live.values["member"] == "no", "eastvale.example"
            case _:
                changed = False
        return [] if changed and not self.stays_found else [finding(subject, **facts)]

    async def live(self, presses: Sequence[str]) -> None:
        """Timers and people, day by day."""
        made = self.made
        self.begin()
        made.at(MONDAY)
        for day, press in enumerate(presses):
            morning = MONDAY + timedelta(days=day)
            await self.evaluate(morning)
            made.at(morning + timedelta(hours=4, minutes=15))
            await made.digest()
            made.at(morning + timedelta(hours=5))
            for case in await made.cases():
                if press and case.state.is_open and case.shown:
                    await made.press(case, press, reason="law")
            await self.evaluate(morning + timedelta(hours=7))
            made.at(morning + timedelta(hours=11, minutes=30))
            await made.note()

    async def evaluate(self, at: datetime) -> None:
        self.made.at(at)
        await self.made.evaluate(self.found())

    def done(self) -> list[Event]:
        return [one for one in self.made.store.audit.events if one.what is What.ACTION_DONE]

    def told(self, done: Event) -> list[datetime]:
        """When somebody was told of a write."""
        events = self.made.store.audit.events
        return [one.at for one in events if one.what is What.RUN_TOLD and one.run == done.run]


async def check(life: Life) -> None:
    """Each write is told by its time; what cannot simply be put back was told before, agreed to, and its notice had run out."""
    cases = await life.made.cases()
    steps = life.made.bundle.policies["labels"].rules[0].steps
    for done in life.done():
        kind = ActionKind(str(done.details["kind"]))
        told = min(life.told(done), default=None)
        late = tell_by(done.at, small_council.ZONE, frozenset())
        assert told is not None or late > life.made.now, "told by nobody"
        assert told is None or told <= late
        if kind is ActionKind.SET_EXPIRY and told is not None:
            ends = done.details["after expires"]
            assert isinstance(ends, datetime)
            assert ends > told, "the link had ended before anybody was told"
        if DECLARED[kind].reversibility is not Reversibility.REVERSIBLE or DECLARED[kind].agreed:
            preceded = [await _preceded(life.made, case, done, steps, kind) for case in cases]
            assert any(preceded), "nobody agreed to it"


async def _preceded(made: Council, case: Case, done: Event, steps: Sequence[Step], kind: ActionKind) -> bool:
    """Whether a case was told and agreed to, and the step's notice had run out, when it was done."""
    shown = (await made.book.members(case.shown)).of.get("labels/rule", frozenset())
    if case.decision is not Verb.AGREE or case.told_at is None or digest(done.subject) not in shown:
        return False
    notices = [one.after for one in steps if one.kind is kind]
    return any(
        notice is None or (due(notice, case.told_at, case.decided_at, frozenset()) or done.at) <= done.at
        for notice in notices
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(wanted=policies(), presses=answers, sensitive=st.booleans(), stays_found=st.booleans())
async def test_no_accepted_policy_writes_in_silence(
    wanted: Policy, presses: list[str], sensitive: bool, stays_found: bool
) -> None:
    """Of any steps in any order that the loader accepts, and whatever people answer when: no write that nobody saw."""
    made = council(wanted, personal_data="special_category" if sensitive else "personal")
    assume(accepted(made))
    life = Life(made, stays_found)
    await life.live(presses)
    await check(life)
    event(f"writes: {', '.join(sorted({str(done.details['kind']) for done in life.done()})) or 'none'}")


SHIPPED = [
    pytest.param(rule.kind, rule.steps, id=f"{one.id}/{rule.id}")
    for one in shipped().policies.values()
    for rule in one.rules
    if rule.kind in WRITES and any(each.writes for each in rule.steps)
]


@pytest.mark.parametrize(("kind", "steps"), SHIPPED)
@pytest.mark.parametrize("presses", [[""] * DAYS, ["agree"] * DAYS, ["", "", "", "keep", "", "", ""]])
async def test_no_shipped_rule_writes_in_silence(kind: Kind, steps: tuple[Step, ...], presses: list[str]) -> None:
    """The same of each shipped rule, whether its owner is silent, agrees at once, or keeps."""
    life = Life(council(rule_of(kind, steps), personal_data="special_category"), stays_found=False)
    await life.live(presses)
    await check(life)


@pytest.mark.parametrize("only_if", list(OnlyIf))
@pytest.mark.parametrize("sensitive", [True, False])
@pytest.mark.parametrize(("kind", "what"), [(kind, what) for kind, kinds in WRITES.items() for what in kinds])
async def test_each_write_that_is_accepted_is_done_and_seen(
    kind: Kind, what: ActionKind, sensitive: bool, only_if: OnlyIf
) -> None:
    """Asked, then done: each kind of write that the loader accepts is done in a week in which the owner agrees, and nobody misses it."""
    two_days = Duration(2, "working day")
    write = step(what, only_if=only_if, label=LABEL if kind is Kind.FILE else "", expiry=two_days, level="disabled")
    asked = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(3, "working day"))
    made = council(rule_of(kind, [asked, write]), personal_data="special_category" if sensitive else "personal")
    life = Life(made, stays_found=False)
    await life.live(["agree"] * DAYS)
    await check(life)
    assert len(life.done()) == 1 or not accepted(made)
