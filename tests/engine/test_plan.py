"""What a plan does and refuses, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from custos.engine.case_facts import CaseFacts, Decision
from custos.engine.gate import Standing
from custos.engine.plan import Circumstances, make_plan
from custos.engine.plan_summary import summarise
from custos.model.action_kind import ActionKind, Reversibility
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.policy import FROM_SCHEDULE, OnlyIf, Policy, Recipient, SharingClass, Step
from custos.model.refusal import Code
from custos.model.state import State
from custos.model.subject import Kind
from tests.engine.planned import (
    LABEL,
    NOW,
    RECORD_LABEL,
    TELL,
    Found,
    agreement,
    bundle,
    exemption,
    file_subject,
    finding,
    grant_subject,
    hold,
    kinds,
    link_subject,
    plan_of,
    policy,
    records,
    step,
)

EXPIRE = step(ActionKind.SET_EXPIRY, expiry=Duration(2, "working day"))
CUT = step(ActionKind.REMOVE_LINK, only_if=OnlyIf.OWNER_AGREES)
CUT_LATER = step(ActionKind.REMOVE_LINK, after=Duration(30, "day"))
TOLD = CaseFacts(opened_at=NOW, told_at=NOW)


def links(*steps: Step) -> Policy:
    return policy(*steps, name="links", kind=Kind.LINK, fact="link_scope")


def case(**changes: Any) -> dict[tuple[str, str, str], CaseFacts]:
    return {("links", "rule", link_subject().key): replace(TOLD, **changes)}


def the_link(**facts: Any) -> Finding:
    return finding(link_subject(), of="links", **facts)


def test_the_least_destructive_step_that_is_due_is_planned() -> None:
    """Told, then given an end: removing the link is not planned while setting an end still does something."""
    wanted = bundle(links(TELL, EXPIRE, CUT))
    plan = plan_of(wanted, the_link())
    assert kinds(plan.actions) == ["tell", "set_expiry"]
    expiry = plan.actions[1]
    assert expiry.before == {"expires": None}
    assert expiry.after == {"expires": datetime(2026, 11, 25, 9, tzinfo=UTC)}
    assert expiry.reversibility is Reversibility.REVERSIBLE


def test_the_next_step_waits_for_the_owner() -> None:
    """With an end set, removing the link is shown, refused until the owner agrees, and then due."""
    wanted = bundle(links(EXPIRE, CUT))
    found = the_link(link_expires=NOW + timedelta(hours=1), link_expires__missing=False)
    waiting = plan_of(wanted, found).actions
    assert [(action.kind, action.refusal) for action in waiting] == [(ActionKind.REMOVE_LINK, Code.AGREEMENT)]
    agreed = plan_of(wanted, found, cases=case(decision=Decision.AGREE)).actions
    assert [(action.kind, action.refusal) for action in agreed] == [(ActionKind.REMOVE_LINK, "")]
    assert agreed[0].reversibility is Reversibility.IRREVERSIBLE


def test_a_notice_runs_from_the_first_word_to_a_person() -> None:
    """Untold, a step with a notice is never due; told, it is due when the notice has passed and not before."""
    wanted = bundle(links(TELL, CUT_LATER))
    found = the_link()
    assert plan_of(wanted, found).actions[1].refusal == Code.NOTICE
    early = plan_of(wanted, found, cases=case(), now=NOW + timedelta(days=29))
    assert [action.refusal for action in early.actions] == [Code.NOTICE]
    assert "23 December 2026" in early.actions[0].refused
    due = plan_of(wanted, found, cases=case(), now=NOW + timedelta(days=30))
    assert [action.refusal for action in due.actions] == [""]


def test_a_notice_runs_from_a_later_answer() -> None:
    """Whoever agrees six weeks after the card has the whole notice still to think again: nothing is cut the minute they press."""
    wanted = bundle(
        links(
            step(ActionKind.ASK, to=Recipient.OWNER),
            step(ActionKind.REMOVE_LINK, after=Duration(20, "working day"), only_if=OnlyIf.OWNER_AGREES),
        )
    )
    pressed = datetime(2027, 1, 5, 10, tzinfo=UTC)
    agreed = case(decision=Decision.AGREE, decided_at=pressed)
    plan = plan_of(wanted, the_link(), cases=agreed, now=pressed + timedelta(minutes=1))
    assert [(action.kind, action.refusal) for action in plan.actions] == [(ActionKind.REMOVE_LINK, Code.NOTICE)]
    assert plan.actions[0].refused == "It is due on 2 February 2027, 20 working days after the answer."
    due = plan_of(wanted, the_link(), cases=agreed, now=datetime(2027, 2, 2, 10, tzinfo=UTC))
    assert [action.refusal for action in due.actions] == [""]


def test_what_the_owner_keeps_is_left() -> None:
    """A decision to keep refuses writes until it ends; people are not asked again meanwhile."""
    wanted = bundle(links(TELL, EXPIRE))
    kept = case(decision=Decision.KEEP, decided_by="The director", keep_until=NOW + timedelta(days=9))
    plan = plan_of(wanted, the_link(), cases=kept)
    assert [(action.kind, action.refusal) for action in plan.actions] == [(ActionKind.SET_EXPIRY, Code.KEEP)]
    later = plan_of(wanted, the_link(), cases=kept, now=NOW + timedelta(days=9))
    assert [action.refusal for action in later.actions] == [""]


def test_what_protects_a_subject_refuses_writes_and_not_words() -> None:
    """Under an exemption the owner is still told, and nothing is written; the plan says which exemption."""
    wanted = bundle(links(TELL, EXPIRE), registers=records(exemptions=[exemption(policies=("links",))]))
    plan = plan_of(wanted, the_link())
    assert [(action.kind, action.refusal) for action in plan.actions] == [
        (ActionKind.TELL, ""),
        (ActionKind.SET_EXPIRY, Code.EXEMPT),
    ]
    assert "EX-02" in plan.actions[1].refused


def test_a_hold_keeps_labels_as_they_are_and_no_link_open() -> None:
    """What is on hold gets no label; an exposing link on it is given its end all the same."""
    registers = records(holds=[hold()])
    assert plan_of(bundle(registers=registers), finding()).actions[0].refusal == Code.HOLD
    assert plan_of(bundle(links(EXPIRE), registers=registers), the_link()).actions[0].refusal == ""


def test_labels_that_are_never_put_on() -> None:
    """Over a record, over somebody's choice, on a folder, as a record label, or where the label is unknown: refused."""
    wanted = bundle(policy(step(ActionKind.APPLY_LABEL, label=FROM_SCHEDULE)))
    refused = {
        Code.RECORD: finding(is_record=True, label="X"),
        Code.EXPLICIT: finding(label="GEN-01 Transitory 60d", label_explicit=True),
        Code.FOLDER: replace(finding(), subject=replace(file_subject(), kind=Kind.FOLDER)),
        Code.UNKNOWN: finding(label=None),
    }
    for code, found in refused.items():
        assert plan_of(wanted, found).actions[0].refusal == code, code
    record = plan_of(wanted, finding(scheduled_label=RECORD_LABEL)).actions[0]
    assert record.refusal == Code.RECORD
    assert "could not take it off" in record.refused
    unsure = plan_of(wanted, finding(label="GEN-01 Transitory 60d", label_explicit=None)).actions[0]
    assert unsure.refusal == Code.EXPLICIT


def test_a_step_that_is_done_is_not_planned() -> None:
    """A file that carries the label already needs nothing."""
    assert plan_of(bundle(), finding(label=LABEL)).actions == ()


def test_only_what_microsoft_can_do_is_planned() -> None:
    """An end cannot be set on a link for named people; an unread scope is unknown, never a match."""
    wanted = bundle(links(EXPIRE))
    for scope, code in (("users", Code.UNSUPPORTED), (None, Code.UNKNOWN)):
        assert plan_of(wanted, the_link(link_scope=scope)).actions[0].refusal == code
    unread = the_link(link_expires__missing=None)
    assert plan_of(wanted, unread).actions[0].refusal == Code.UNKNOWN


OPEN = SharingClass(site_sharing="anyone", anyone_links=True, organisation_links=True, guests=True, public_teams=True)


def test_what_posture_or_agreement_allows_is_not_removed() -> None:
    """Links that the posture allows and people under an agreement in date stay."""
    cut = step(ActionKind.REMOVE_LINK)
    allowed = plan_of(bundle(links(cut), allowing=OPEN), the_link())
    assert allowed.actions[0].refusal == Code.POSTURE
    grants = policy(step(ActionKind.REMOVE_GRANT), name="grants", kind=Kind.GRANT, fact="person")
    agreed = plan_of(bundle(grants, registers=records(agreements=[agreement()])), finding(grant_subject(), of="grants"))
    assert agreed.actions[0].refusal == Code.SHARING_AGREEMENT


def test_two_rules_on_one_subject_become_one_action() -> None:
    """The stricter of two goes first; the other says which one it gave way to."""
    soon = links(EXPIRE)
    late = replace(links(step(ActionKind.SET_EXPIRY, expiry=Duration(30, "day"))), id="late")
    plan = plan_of(bundle(late, soon), the_link(), replace(the_link(), policy="late"))
    done = [action for action in plan.actions if not action.refused]
    assert [action.finding.policy for action in done] == ["links"]
    given_way = next(action for action in plan.actions if action.refused)
    assert (given_way.refusal, "links/rule" in given_way.refused) == (Code.SUPERSEDED, True)


def test_a_simulating_policy_never_holds_up_an_enforcing_one() -> None:
    """Of two labels for one file the acting policy's goes on, whatever the priority of one that only simulates."""
    trial = policy(step(ActionKind.APPLY_LABEL, label="Other"), name="trial", state=State.SIMULATE, priority=9)
    plan = plan_of(bundle(trial, policy()), finding(of="trial"), finding())
    assert [action.finding.policy for action in plan.actions if not action.refused] == ["labels"]


def test_a_draft_and_an_incomplete_library_are_refused() -> None:
    """A draft does nothing; where a library was not read to its end nothing is written."""
    draft = policy(state=State.DRAFT)
    assert plan_of(bundle(draft), finding()).actions[0].refusal == Code.DRAFT
    one = policy()
    standings = {"labels": Standing(state=State.ENFORCE, hash=one.hash)}
    under = Circumstances(now=NOW, standings=standings, incomplete=frozenset({"drive-1"}))
    plan = make_plan(bundle(one), Found([finding()], coverage=(4, 5)), under)
    assert plan.actions[0].refusal == Code.INCOMPLETE
    assert plan.notes == ("1 of 5 libraries were not read completely: nothing is done there.",)


def test_the_key_names_version_subject_kind_and_state() -> None:
    """Planning again gives the same keys; another version of the policy, or another state found, gives others."""
    first, again = plan_of(bundle(), finding()), plan_of(bundle(), finding(), now=NOW + timedelta(days=1))
    assert first.actions[0].key == again.actions[0].key
    edited = plan_of(bundle(policy(text="edited")), finding())
    other = plan_of(bundle(), finding(label="X"))
    assert len({first.actions[0].key, edited.actions[0].key, other.actions[0].key}) == 3


def test_a_summary_counts_what_is_done_and_what_is_refused() -> None:
    """By policy, asset and code; irreversible actions are listed one by one."""
    cut = step(ActionKind.REMOVE_LINK)
    plan = plan_of(bundle(links(TELL, cut)), the_link(), replace(the_link(), subject=link_subject(2), facts={}))
    summary = summarise(plan)
    assert (summary.whole.writes, summary.whole.notices, summary.whole.refused) == (1, 2, 1)
    assert dict(summary.refused) == {"unknown": 1}
    assert [action.finding.subject.permission_id for action in summary.irreversible] == ["link-1"]
    assert [group.name for group in summary.by_policy] == ["links"]


def test_telling_says_whom() -> None:
    """A notice names the role that it goes to and changes nothing."""
    told = plan_of(bundle(policy(step(ActionKind.TELL, to=Recipient.STEWARD))), finding()).actions[0]
    assert (told.before, told.after) == ({}, {"to": "steward"})
