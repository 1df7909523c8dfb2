"""What no policy may say: steps that nobody was told about, that act on silence, or that the platform cannot do."""

from __future__ import annotations

import pytest

from tests.policy.policies import bundle, policy, problems

ANYONE = "link_scope: anonymous"
SENSITIVE = "assets:\n  personal_data: special_category"
ASK = "- ask: owner\n  within: 5 working days\n"


@pytest.mark.parametrize(
    ("about", "when", "covers", "steps", "code"),
    [
        ("link", ANYONE, "everything", "- remove: link", "no-notice"),
        ("link", ANYONE, "everything", ASK + "- remove: link", "no-notice"),
        ("link", ANYONE, "everything", ASK + "- remove: link\n  after: 30 days", "no-notice"),
        ("link", ANYONE, "everything", "- remove: link\n  only_if: owner_agrees", "no-notice"),
        ("link", ANYONE, "everything", "- tell: owner\n- remove: link\n  only_if: owner_agrees", "no-notice"),
        ("link", ANYONE, "everything", "- ask: steward\n  within: 5 days\n- remove: link\n  only_if: owner_agrees", "no-notice"),
        ("link", ANYONE, "everything", ASK + "- remove: link\n  only_if: owner_agrees\n- tell: owner", "unreachable"),
        ("link", ANYONE, "everything", ASK + "- set_expiry: 10 days\n  after: 5 days", "silence"),
        ("link", ANYONE, SENSITIVE, "- set_expiry: 10 days\n  after: 5 days", "no-notice"),
        ("link", ANYONE, SENSITIVE, ASK + "- set_expiry: 1 day", "short-notice"),
        ("link", ANYONE, SENSITIVE, ASK + "- set_expiry: 10 days\n  after: 1 day", "short-notice"),
        ("link", ANYONE, SENSITIVE, ASK + "- set_expiry: 1 hour\n  after: 5 days", "short-notice"),
        ("link", "link_scope: users", SENSITIVE, ASK + "- set_expiry: 10 days\n  after: 5 days", "impossible"),
        ("link", f"any:\n  - {ANYONE}\n  - link_scope: users", SENSITIVE, ASK + "- set_expiry: 10 days\n  after: 5 days", "impossible"),
        ("site", "site_owners: 0", "everything", ASK + "- restrict_site: its class", "no-notice"),
        ("grant", "person_is_outside: yes", "everything", ASK + "- remove: grant", "no-notice"),
        ("site", "files: 0", "everything", ASK + "- archive: site", "no-notice"),
        ("site", "files: 0", "everything", ASK + "- archive: site\n  only_if: owner_agrees\n- tell: owner", "unreachable"),
        ("team", "files: 0", "everything", ASK + "- archive: team\n  only_if: owner_agrees", "action-of-other-kind"),
        ("file", "label: is_missing", "everything", "- apply_label: PRO-02 Deed ended 12y record", "record-label"),
        ("file", "label: is_missing", "everything", "- apply_label: HOU-01 Tenancy ended 5y", "unknown-entry"),
        ("folder", "files: 0", "everything", "- apply_label: from_schedule", "action-of-other-kind"),
        ("grant", "person_is_outside: yes", "everything", ASK + "- set_expiry: 10 days", "action-of-other-kind"),
        ("guest", "guests_allowed: no", "everything", ASK + "- remove: guest", "no-notice"),
        ("team", "guests_allowed: no", "everything", ASK + "- remove: team", "action-of-other-kind"),
    ],
)  # fmt: skip
def test_it_does_not_load(about: str, when: str, covers: str, steps: str, code: str) -> None:
    """A dangerous or impossible step is refused at load, wherever the policy stands."""
    found = problems(policy(about=about, when=when, covers=covers, steps=steps))
    assert [problem.code for problem in found] == [code], "\n".join(str(problem) for problem in found)
    assert found[0].remedy or code == "action-of-other-kind"


@pytest.mark.parametrize(
    ("about", "when", "covers", "steps"),
    [
        ("link", ANYONE, "everything", ASK + "- remove: link\n  only_if: owner_agrees"),
        ("link", ANYONE, "everything", ASK + "- set_expiry: 10 days\n  only_if: owner_agrees"),
        ("link", ANYONE, SENSITIVE, ASK + "- set_expiry: 10 days\n  after: 5 working days"),
        ("site", "site_sharing:\n  looser_than: its class", "everything", ASK + "- restrict_site: its class\n  only_if: owner_agrees"),
        ("site", "files: 0", "everything", ASK + "- archive: site\n  only_if: owner_agrees"),
        ("guest", "guests_allowed: no", "everything", ASK + "- remove: guest\n  only_if: owner_agrees"),
        ("file", "label: is_missing", "everything", "- apply_label: from_schedule"),
    ],
)  # fmt: skip
def test_the_considerate_way_loads(about: str, when: str, covers: str, steps: str) -> None:
    """What was asked first, agreed to, or announced may be done."""
    assert bundle(policy(about=about, when=when, covers=covers, steps=steps)).policies
