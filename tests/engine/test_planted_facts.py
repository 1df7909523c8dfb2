"""The worked answers of the sample council that concern labels, staleness and sharing come out as they should."""

from __future__ import annotations

from collections import Counter
from functools import cache

from custos.engine.evaluate import Evaluation, evaluate
from custos.model.finding import Finding
from tests.engine.inventory_builder import NOW
from tests.engine.planted_inventory import wrenbridge
from tests.policy.policies import shipped


@cache
def council() -> Evaluation:
    """The council as at 22 November 2026."""
    return evaluate(shipped(), wrenbridge().facts(), NOW)


def found(policy: str, rule: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in council().findings(policy) if finding.rule == rule]


def test_twenty_four_links_are_exposed_and_eight_of_them_sensitive() -> None:
    """Of 76 Anyone links 52 are allowed; of the others IA-003 has two and IA-010 six on special-category data."""
    everyday = found("sharing-anyone-links", "anyone-link-not-allowed")
    sensitive = found("sharing-sensitive-links", "sensitive-anyone-link")
    assert len(everyday) + len(sensitive) == 24
    assert Counter(finding.asset_id for finding in sensitive) == {"IA-003": 2, "IA-010": 6, "IA-011": 1}
    assert Counter(finding.asset_id for finding in everyday) == {
        "IA-004": 2,
        "IA-005": 3,
        "IA-008": 1,
        "IA-012": 7,
        "": 2,
    }


def test_committee_papers_may_stay_public_under_ex_01() -> None:
    """Forty links are exempt, twelve of the planning register are only mentioned to the steward."""
    counts = council().counts["sharing-anyone-links/published-link-without-expiry"]
    assert counts.matched == 52
    links = found("sharing-anyone-links", "published-link-without-expiry")
    exempt = [one.reference for finding in links for one in finding.protections if one.code == "exempt"]
    assert exempt == ["EX-01"] * 40


def test_people_under_an_agreement_in_date_are_nobodys_finding() -> None:
    """26, 9 and 12 people come under SA-01, SA-03 and SA-04."""
    assets = Counter(finding.asset_id for finding in found("sharing-outside-people", "person-outside-agreement"))
    assert assets == {"IA-002": 31, "IA-004": 5, "IA-005": 4, "IA-011": 3}


def test_adult_social_care_is_asked_and_its_access_left_alone() -> None:
    """SA-02 has ended and EX-02 runs: one question to the owner, 31 people protected."""
    people = [f for f in found("sharing-outside-people", "person-outside-agreement") if f.asset_id == "IA-002"]
    assert all(finding.protections[0].reference == "EX-02" for finding in people)
    assert len(people) == 31
    question = found("sharing-agreements", "agreement-ended")
    assert [(finding.asset_id, finding.facts["outside_people"]) for finding in question] == [("IA-002", 31)]


def test_disclosures_have_six_links_without_expiry() -> None:
    """IA-010: an expiry is proposed for each, and the sentence says what is wrong."""
    links = [
        finding for finding in found("sharing-sensitive-links", "sensitive-anyone-link") if finding.asset_id == "IA-010"
    ]
    assert len(links) == 6
    assert all(finding.facts["link_expires__missing"] is True for finding in links)
    assert "it never ends" in links[0].because


def test_canalside_is_stale_shared_and_still_has_its_guests() -> None:
    """IA-012: both sites quiet since March 2025, 7 links, 18 people whose exception has expired."""
    quiet = found("stale-content", "quiet-site")
    assert {finding.subject.site_id for finding in quiet} == {"sites/canalside", "teams/canalside-delivery"}
    assert all("28 March 2025" in finding.because for finding in quiet)
    guests = found("sharing-guests", "guest-after-the-end")
    others = found("sharing-guests", "outside-person-after-the-end")
    assert len(guests) + len(others) == 18
    assert all(
        not finding.protections and finding.facts["exemption_expired"] == "EX-03" for finding in (*guests, *others)
    )


def test_the_advice_library_is_quiet_and_its_twelve_files_on_hold() -> None:
    """Last worked on by a person on 14 March 2024, whatever the bot and the migration did since; H-003 holds 12 files."""
    quiet = found("stale-content", "quiet-library")
    assert [finding.subject.name for finding in quiet] == ["Pre-application advice 2012 to 2020"]
    assert "14 March 2024 (certain)" in quiet[0].because
    held = [f for f in found("labels-from-schedule", "unlabelled-file") if f.protections and f.asset_id == "IA-004"]
    assert len(held) == 12
    assert {finding.protections[0].reference for finding in held} == {"H-003"}
    assert all("/FOI-2026-0417/foi-" in finding.subject.url for finding in held)


def test_three_sites_are_in_no_register() -> None:
    """They wait to be claimed, and the flood partners' outside people are counted."""
    sites = {finding.subject.site_id: finding for finding in found("ownership", "unclaimed-site")}
    assert set(sites) == {"sites/xmas-lights-2023", "sites/gis-working", "teams/ext-flood-partners"}
    assert sites["teams/ext-flood-partners"].facts["outside_people"] == 6


def test_the_ownerless_the_loose_and_the_public() -> None:
    """gis-working has no owner, hr-casework shares with anyone, canalside-delivery is open to all staff."""
    assert [f.subject.site_id for f in found("ownership", "site-without-owner")] == ["sites/gis-working"]
    loose = found("sharing-sites", "site-looser-than-its-class")
    assert [(f.subject.site_id, f.facts["site_sharing_allowed"]) for f in loose] == [("sites/hr-casework", "disabled")]
    assert [f.subject.site_id for f in found("sharing-guests", "public-team")] == ["teams/canalside-delivery"]


def test_holds_keep_labels_off_child_protection() -> None:
    """H-001 covers the class RS-CYP-02 and not the rest of IA-001."""
    by_library = {
        finding.subject.drive_id: [protection.reference for protection in finding.protections]
        for finding in found("labels-from-schedule", "unlabelled-file")
        if finding.asset_id == "IA-001"
    }
    assert by_library["sites/csc-casework/Child protection"] == ["H-001"]
    assert by_library["sites/csc-casework/Looked after children"] == []


def test_deeds_are_never_labelled() -> None:
    """RS-PRO-02 declares records: its files go to the steward."""
    deeds = found("labels-from-schedule", "deed-without-its-label")
    assert [finding.subject.drive_id for finding in deeds] == ["sites/procurement/Deeds"]


def test_nothing_is_unknown_where_everything_was_read() -> None:
    """A complete inventory leaves no question open."""
    assert council().unknown == {}
    assert council().coverage == (65, 65)


def test_findings_have_names_that_last() -> None:
    """The same inventory gives the same findings, in the same order, with different ids for different things."""
    first = [finding.id for finding in council().findings()]
    again = [finding.id for finding in evaluate(shipped(), wrenbridge().facts(), NOW).findings()]
    assert first == again
    assert len(set(first)) == len(first)


def test_findings_can_be_sampled() -> None:
    """A limit gives the first findings and no more."""
    every = list(council().findings("sharing-anyone-links"))
    assert list(council().findings("sharing-anyone-links", limit=20)) == every[:20]
    assert list(council().findings(limit=0)) == []
