"""The truths about the council that its registers tell come out as findings, and refuse nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.records import roles
from custos.records.delegation import lent
from custos.records.load import load_records
from custos.records.remark import Matter
from custos.records.review import review
from tests.records.registers import changed, shipped

TODAY = date(2026, 11, 22)


def remarks(matter: Matter, today: date = TODAY) -> list[str]:
    """The rows that a matter is about."""
    return [remark.reference for remark in review(load_records(shipped())[0], today) if remark.matter is matter]


def test_three_assets_lack_accountability() -> None:
    """IA-003 is vacant, IA-007's owner is its own steward, IA-010 has no steward: 9 of 12."""
    assert remarks(Matter.NO_OWNER) == ["IA-003"]
    assert remarks(Matter.OWNER_IS_STEWARD) == ["IA-007"]
    assert remarks(Matter.NO_STEWARD) == ["IA-010"]


def test_reviews_that_are_overdue() -> None:
    """IA-005 in the register, RS-PLN-03 in the schedule, and IA-003's restore test."""
    assert remarks(Matter.ASSET_REVIEW) == ["IA-005"]
    assert remarks(Matter.SCHEDULE_REVIEW) == ["RS-PLN-03"]
    assert remarks(Matter.RESTORE_TEST) == ["IA-003"]


def test_agreements_and_exceptions_that_have_ended() -> None:
    """SA-02 and EX-03."""
    assert remarks(Matter.AGREEMENT_ENDED) == ["SA-02"]
    assert remarks(Matter.EXEMPTION_EXPIRED) == ["EX-03"]


def test_delegations_end_on_their_day() -> None:
    """All are in date until 31 March 2027, and none a day later."""
    assert remarks(Matter.DELEGATION_ENDED, date(2027, 3, 31)) == []
    assert len(remarks(Matter.DELEGATION_ENDED, date(2027, 4, 1))) == 11


def test_what_ends_soon_is_told_apart() -> None:
    """With days ahead, what is still well today is marked; and without, it is not among the remarks."""
    records = load_records(shipped())[0]
    day = date(2027, 3, 20)
    soon = [one for one in review(records, day, timedelta(days=30)) if one.soon]
    assert len([one for one in soon if one.matter is Matter.DELEGATION_ENDED]) == 11
    assert all("ends on 31 March 2027" in one.sentence for one in soon if one.matter is Matter.DELEGATION_ENDED)
    assert [one for one in review(records, day, timedelta(days=30)) if not one.soon] == review(records, day)


def test_every_remark_has_its_place() -> None:
    """The row is named with its line."""
    assert all(remark.mark.line > 1 for remark in review(load_records(shipped())[0], TODAY))


def test_a_role_is_found_by_its_role() -> None:
    """A council whose SIRO is called "Lead for Information Risk" says so in its settings; unsaid, the gap is told."""
    records = load_records(shipped())[0]
    siro = next(post for post in records.posts.values() if post.role == "Senior Information Risk Owner")
    officer = replace(records, posts={**records.posts, siro.upn: replace(siro, role="Lead  for Information RISK")})
    mapped = replace(officer, titles={**records.titles, roles.SIRO: frozenset({"lead for information risk"})})

    assert [one.reference for one in review(officer, TODAY) if one.matter is Matter.NO_HOLDER] == ["siro"]
    assert [post.upn for post in roles.holders(mapped, roles.SIRO, TODAY)] == [siro.upn]
    assert not [one for one in review(mapped, TODAY) if one.matter is Matter.NO_HOLDER]


def test_an_empty_register_of_delegations_lends_nothing() -> None:
    """Without a row nothing is lent: review, assignment and press all ask the same function."""
    records = replace(load_records(shipped())[0], delegations=())
    stewards = [(asset.id, steward) for asset in records.assets.values() for steward in asset.stewards]

    assert not any(lent(records, asset_id, steward, TODAY) for asset_id, steward in stewards)
    told = [one.reference for one in review(records, TODAY) if one.matter is Matter.DELEGATION_ENDED]
    assert told == [asset_id for asset_id, _ in stewards]


def test_a_hold_that_ends_is_told_before_and_after() -> None:
    """A hold with a last day is to come for thirty days, not well for a month from the day after, and its last day counts."""
    records = load_records(shipped())[0]
    hold = replace(records.holds[0], id="H-050", ends=date(2026, 11, 25))
    ending = replace(records, holds=(hold,))

    def told(day: date) -> list[tuple[str, bool]]:
        found = review(ending, day, timedelta(days=30))
        return [(one.sentence, one.soon) for one in found if one.matter is Matter.HOLD_ENDED]

    comes = "H-050 ends on 25 November 2026: what it held is from the next day on labelled like anything else."
    assert told(date(2026, 10, 20)) == []
    assert told(date(2026, 11, 23)) == told(date(2026, 11, 25)) == [(comes, True)]
    assert told(date(2026, 11, 27)) == [
        ("H-050 ended on 25 November 2026: what it held is labelled like anything else.", False)
    ]
    assert told(date(2026, 12, 31)) == []


def test_a_hold_that_contradicts_itself_is_told() -> None:
    """An address in another asset, or a class that no library of the asset follows, makes a hold cover a whole asset: it is listed."""
    records = load_records(shipped())[0]
    tenancy = next(asset for asset in records.assets.values() if asset.id == "IA-005").locations[0]
    place = replace(records.holds[0], id="H-X", asset_id="IA-006", locations=(tenancy,), schedule_refs=())
    klass = replace(records.holds[0], id="H-Y", asset_id="IA-011", locations=(), schedule_refs=("RS-HOU-01",))
    found = review(replace(records, holds=(place, klass)), TODAY)
    told = {one.reference: one.sentence for one in found if one.matter is Matter.HOLD_COVERS_MORE}
    assert "belongs to IA-005: it covers that place and all of IA-006" in told["H-X"]
    assert "which no library there follows: it covers all of IA-011" in told["H-Y"]


def test_an_approval_of_an_exception_that_is_still_to_come_is_told() -> None:
    """An exception counts from the day it is written; one whose approval is dated later is a slip, or was approved by nobody yet."""
    records = load_records(shipped())[0]
    row = replace(records.exemptions[0], id="EX-90", approved_on=date(2026, 12, 1), expires=date(2027, 6, 1))
    [told] = [one for one in review(replace(records, exemptions=(row,)), TODAY) if one.reference == "EX-90"]
    assert (told.matter, told.soon) == (Matter.BEGINS_LATER, False)
    assert "1 December 2026, which is to come" in told.sentence


@pytest.mark.parametrize("role", list(roles.ROLE_NAMES))
def test_a_role_that_nobody_holds_any_more_is_told(role: str) -> None:
    """A role without a holder is a finding, whichever of them it is."""
    records = load_records(shipped())[0]
    (holder,) = roles.holders(records, role, TODAY)
    gone = {
        upn: replace(post, valid_to=date(2025, 3, 31)) if post == holder else post
        for upn, post in records.posts.items()
    }
    found = [one.reference for one in review(replace(records, posts=gone), TODAY) if one.matter is Matter.NO_HOLDER]
    assert found == [role]


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("head.safeguarding", "deputy"),
        ("strategic.director.children", "escalation"),
        ("practice.systems.officer", "steward"),
    ],
)
def test_whoever_of_an_assets_people_left_the_post_is_told(who: str, what: str) -> None:
    """A deputy, an escalation or a steward who left is passed over, and looks as if they were there."""
    files = shipped()
    people = files["register/people_roles.csv"].decode()
    line = next(line for line in people.splitlines() if line.startswith(f"{who}@"))
    records = load_records(changed("people_roles", line, f"{line}2025-03-31"))[0]
    found = [one for one in review(records, TODAY) if one.matter is Matter.OUT_OF_POST and one.asset_id == "IA-001"]
    assert [one.sentence for one in found] == [
        f"{who}@wrenbridge.example, the {what} of IA-001, left the post on 31 March 2025."
    ]


def test_a_deputy_who_leaves_soon_is_told_before() -> None:
    """The last day of the post is named ahead."""
    line = next(
        line for line in shipped()["register/people_roles.csv"].decode().splitlines() if line.startswith("head.safeg")
    )
    records = load_records(changed("people_roles", line, f"{line}2026-11-30"))[0]
    (found,) = [one for one in review(records, TODAY, timedelta(days=30)) if one.matter is Matter.OUT_OF_POST]
    assert found.soon
    assert found.sentence.endswith("leaves the post on 30 November 2026.")
