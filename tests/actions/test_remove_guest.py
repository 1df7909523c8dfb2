"""Removing a guest from a team: asked, agreed to on a card that says what the way back costs, done, told, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.policy import Family, OnlyIf, Policy, Recipient
from custos.model.refusal import Code
from custos.model.subject import Kind, Subject
from custos.policy.policy_test_words import Expectation
from custos.policy_tests.run import PolicyTest, run_test
from tests.engine.planned import MARK, NOW, file_subject, finding, plan_of, policy, step
from tests.engine.planned import bundle as small_bundle
from tests.notices.memory_loop import Council, council
from tests.notices.test_cards import texts
from tests.policy.policies import bundle as loaded

GUEST = Subject(
    kind=Kind.GUEST, site_id=file_subject().site_id, group_id="group", user_id="guest", name="nurse@eastvale.example"
)
WEDNESDAY = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
LEFT_OVER = """\
policy: test-policy
title: Guests whose account is blocked
why: Nobody uses them any more.
family: sharing
owner: records.manager@wrenbridge.example
policy_ref: IMP-4.1
state: simulate
review_due: 2027-05-31
covers: everything
rules:
  - find: blocked-guest
    about: guest
    when:
      person_enabled: no
    because: "A guest of {person_domain} is in the team and cannot sign in."
    steps:
      - ask: owner
        within: 10 working days
      - remove: guest
        only_if: owner_agrees
"""


def guests() -> Policy:
    ask = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
    remove = step(ActionKind.REMOVE_GUEST, only_if=OnlyIf.OWNER_AGREES)
    return replace(policy(ask, remove, name="guests", kind=Kind.GUEST, fact="person"), family=Family.SHARING)


def found(made: Council) -> list[Finding]:
    member = made.tenant.lives[GUEST.key].values["member"] == "yes"
    return [finding(GUEST, of="guests", person_domain="eastvale.example")] if member else []


def told(made: Council) -> str:
    """What the last card says."""
    return "\n".join(texts(made.channels.cards[-1][1])).replace("\\", "").replace("\u2060", "")


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [("no", Expectation.WAIT), ("yes", Expectation.KEEP), ("unknown", Expectation.UNKNOWN)],
)
def test_a_policy_asks_and_waits_for_the_owner(enabled: str, expected: Expectation) -> None:
    """A guest who cannot sign in waits for the owner; others are left, and who was not read is unknown."""
    case = PolicyTest(
        name=enabled,
        policy="test-policy",
        rule="blocked-guest",
        now=NOW.date(),
        at="https://wrenbridge.sharepoint.example/sites/planning-casework",
        given={"person_enabled": enabled},
        expect=expected,
        because="",
        mark=MARK,
    )
    assert run_test(loaded(LEFT_OVER), case).outcome is expected


async def test_it_is_asked_agreed_done_told_and_taken_back() -> None:
    """Nothing happens before the owner agrees on a card that names the price; then it is done, told, and an undo puts the guest back."""
    made = council(guests())
    made.tenant.lives[GUEST.key] = Live(found=True, values={"member": "yes"})
    await made.evaluate(found(made))
    assert made.tenant.writes == []
    await made.digest()
    assert "Each guest is removed from the team. It can be undone at a price: the guest must be invited again" in told(
        made
    )
    (case,) = await made.cases()
    await made.press(case, "agree", reason="")
    made.at(WEDNESDAY)
    await made.evaluate(found(made))
    assert made.tenant.writes == [(GUEST.key, "member no")]
    made.at(WEDNESDAY.replace(hour=16, minute=30))
    await made.note()
    assert "1 guest was removed from the team, as you agreed" in told(made)
    (run,) = [one async for one in made.office().runs.all()]
    await made.undo(run.id)
    assert made.tenant.writes[-1] == (GUEST.key, "member yes")


def test_a_guest_of_an_unknown_team_is_left() -> None:
    """Who has no id, or is in a team without one, is not removed: it is unknown whom that would be."""
    for lacking in ({"user_id": ""}, {"group_id": ""}):
        subject = replace(GUEST, **lacking)
        only = plan_of(small_bundle(guests()), finding(subject, of="guests", person_domain="eastvale.example")).actions
        assert only[-1].refusal == Code.UNKNOWN, lacking
