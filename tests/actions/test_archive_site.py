"""Archiving a site: asked, agreed to on a card that names the price, done, told, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from custos.engine.gate import instead
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.finding import Finding
from custos.model.live import Live
from custos.model.policy import Family, OnlyIf, Policy, Recipient
from custos.model.subject import Kind
from custos.policy.policy_test_words import Expectation
from custos.policy_tests.run import PolicyTest, run_test
from custos.report.wording import change
from tests.engine.planned import MARK, NOW, file_subject, finding, plan_of, policy, step
from tests.engine.planned import bundle as small_bundle
from tests.notices.memory_loop import Council, council
from tests.notices.test_cards import texts
from tests.policy.policies import bundle as loaded

SITE = replace(file_subject(), kind=Kind.SITE, drive_id="", item_id="", name="Planning")
WEDNESDAY = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
PRICE = "for seven days it is reactivated at once and free of charge; later that takes up to a day, Microsoft charges for it"
QUIET = """\
policy: test-policy
title: Sites that nobody works on any more
why: Quiet sites cost storage and are found by Copilot.
family: stale
owner: records.manager@wrenbridge.example
policy_ref: IMP-4.3
state: simulate
review_due: 2027-05-31
covers: everything
rules:
  - find: quiet-site
    about: site
    when:
      last_human_activity: {older_than: 3 years}
    because: "Nobody has changed anything since {last_human_activity}."
    steps:
      - ask: owner
        within: 10 working days
      - archive: site
        only_if: owner_agrees
"""


def quiet() -> Policy:
    ask = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
    put_away = step(ActionKind.ARCHIVE_SITE, only_if=OnlyIf.OWNER_AGREES)
    return replace(policy(ask, put_away, name="sites", kind=Kind.SITE, fact="files"), family=Family.STALE)


def found(made: Council) -> list[Finding]:
    """What the rule finds: an archived site cannot be read any more."""
    active = made.tenant.lives[SITE.key].values["state"] == "active"
    return [replace(finding(SITE, of="sites"), facts={"files": 3})] if active else []


def told(made: Council) -> str:
    """What the last card says."""
    return "\n".join(texts(made.channels.cards[-1][1])).replace("\\", "").replace("\u2060", "")


def test_a_policy_asks_and_waits_for_the_owner() -> None:
    """A quiet site waits for its owner, a busy one is left, and one whose activity was not read is unknown."""
    cases = {"2023-01-01": Expectation.WAIT, "2026-11-01": Expectation.KEEP, "unknown": Expectation.UNKNOWN}
    for last, expected in cases.items():
        case = PolicyTest(
            name=last,
            policy="test-policy",
            rule="quiet-site",
            now=NOW.date(),
            at="https://wrenbridge.sharepoint.example/sites/planning-casework",
            given={"last_human_activity": last},
            expect=expected,
            because="",
            mark=MARK,
        )
        assert run_test(loaded(QUIET), case).outcome is expected, last


async def test_it_is_asked_agreed_done_told_and_taken_back() -> None:
    """Nothing happens before the owner agrees on a card that names the price; then it is done, told, and an undo reactivates the site."""
    made = council(quiet())
    made.tenant.lives[SITE.key] = Live(found=True, values={"state": "active"})
    await made.evaluate(found(made))
    assert made.tenant.writes == []
    await made.digest()
    assert "This site is archived: its content stays" in told(made)
    assert PRICE in told(made)
    (case,) = await made.cases()
    await made.press(case, "agree", reason="")
    made.at(WEDNESDAY)
    await made.evaluate(found(made))
    assert made.tenant.writes == [(SITE.key, "state archived")]
    made.at(WEDNESDAY.replace(hour=16, minute=30))
    await made.note()
    assert "1 site was archived, as you agreed" in told(made)
    assert "For seven days at once and free of charge" in told(made)
    (run,) = [one async for one in made.office().runs.all()]
    await made.undo(run.id)
    assert made.tenant.writes[-1] == (SITE.key, "state active")


def test_a_plan_says_what_it_would_do_and_at_what_price() -> None:
    """A plan's line tells active ► archived, and that it can be undone at a price."""
    only = plan_of(small_bundle(quiet()), replace(finding(SITE, of="sites"), facts={"files": 3})).actions[-1]
    assert (change(only), only.reversibility.value, only.units) == ("active ► archived", "at a price", 4)


def test_a_site_that_is_on_its_way_back_is_said_to_be() -> None:
    """After its seven days a site takes up to a day: the undo is done, and says that it is reactivating."""
    only = plan_of(small_bundle(quiet()), replace(finding(SITE, of="sites"), facts={"files": 3})).actions[-1]
    back = replace(only, before=only.after, after=only.before)
    assert instead(back, Live(found=True, values={"state": "reactivating"})) == {"state": "reactivating"}
    assert instead(only, Live(found=True, values={"state": "reactivating"})) is None
