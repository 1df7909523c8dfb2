"""Channels of a team: found by a policy, unknown where Microsoft tells them in a way that cannot be understood, asked about on a card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custos.engine.evaluate import evaluate
from custos.engine.query import find
from custos.model.action_kind import ActionKind
from custos.model.duration import Duration
from custos.model.policy import Family, Recipient
from custos.model.subject import Kind, Subject
from custos.policy.policy_test_words import Expectation
from custos.policy.queries import question
from custos.policy_tests.run import PolicyTest, run_test
from tests.engine.inventory_builder import NOW, Inventory
from tests.engine.planned import MARK, file_subject, finding, policy, step
from tests.notices.memory_loop import council
from tests.notices.test_cards import texts
from tests.policy.policies import bundle, shipped
from tests.policy.policies import policy as written

TEAM = "teams/canalside-delivery"
SHARED = written(
    about="channel",
    when="channel_membership: shared",
    because="Other teams are in the channel {channel_name}.",
    steps="- ask: owner\n  within: 10 working days",
)


@pytest.mark.parametrize(
    ("membership", "expected"),
    [("shared", Expectation.TELL), ("private", Expectation.KEEP), ("unknown", Expectation.UNKNOWN)],
)
def test_a_policy_finds_shared_channels(membership: str, expected: Expectation) -> None:
    """A shared channel is put before the owner, a private one is not, and one that could not be understood is unknown."""
    case = PolicyTest(
        name=membership,
        policy="test-policy",
        rule="something",
        now=NOW.date(),
        at="https://wrenbridge.sharepoint.example/teams/canalside-delivery",
        given={"channel_membership": membership},
        expect=expected,
        because="",
        mark=MARK,
    )
    assert run_test(bundle(SHARED), case).outcome is expected


def test_the_channels_of_a_team_are_subjects_of_its_site() -> None:
    """Each is found once, named, under its site's asset; those of a group without a Team are nobody's question."""
    inventory = Inventory()
    for path, is_team in ((TEAM, True), ("sites/planning-casework", None)):
        inventory.library(inventory.site(path, is_team=is_team), "Documents")
    for name, membership in (("General", "standard"), ("Flood partners", "shared"), ("Odd", None)):
        inventory.channel(TEAM, name, membership)
    found = evaluate(bundle(SHARED), inventory.facts(), NOW)
    (only,) = found.findings()
    assert (only.subject.name, only.subject.site_id, only.asset_id) == ("Flood partners", TEAM, "IA-012")
    assert only.because == "Other teams are in the channel Flood partners."
    assert found.unknown == {"test-policy/something": 1}
    answer = find(shipped(), inventory.facts(), NOW, question("channel", "{channel_membership: private}"))
    assert (answer.looked, answer.found, answer.unknown) == (3, 0, 1)


async def test_the_owner_is_asked_about_channels_by_name() -> None:
    """A question about a team counts its channels and names them."""
    ask = step(ActionKind.ASK, to=Recipient.OWNER, within=Duration(5, "working day"))
    rule = replace(policy(ask, name="channels", kind=Kind.CHANNEL, fact="channel_name"), family=Family.SHARING)
    made = council(rule)
    site = file_subject().site_id
    subjects = [Subject(kind=Kind.CHANNEL, site_id=site, item_id=name, name=name) for name in ("Works", "Floods")]
    await made.evaluate([finding(subject, of="channels") for subject in subjects])
    await made.digest()
    told = "\n".join(texts(made.channels.cards[-1][1])).replace("\\", "").replace("\u2060", "")
    assert "2 channels: “Works”, “Floods”" in told
