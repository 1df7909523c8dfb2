"""The classification scheme, training links, contracts of suppliers: data that is told of, and refuses nothing that was right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custos.dates import NO_END
from custos.errors import BadInput
from custos.policy import load_files
from custos.records.model import Records
from custos.records.registers.training import training_for
from custos.records.remark import Matter, Remark
from custos.records.review import review
from tests.policy.policies import shipped

TODAY = date(2026, 11, 22)


def with_file(name: str, text: str) -> Records:
    """The sample council's registers with one more."""
    return load_files({**shipped().files, f"register/{name}": text.encode()}).records


def remarked(records: Records, matter: Matter) -> list[Remark]:
    return [one for one in review(records, TODAY, timedelta(0)) if one.matter == matter]


SCHEME = """class_id,function,activity,record_class
C1,Planning,Development control,
C2,planning,Building control,
C3,Finance,Local taxation,
"""


def test_words_that_the_scheme_has_not_are_told() -> None:
    """Assets and entries with another function or activity are named, with what may be meant; letters of either case are the same."""
    said = {
        one.reference: one.sentence
        for one in remarked(with_file("classification_scheme.csv", SCHEME), Matter.NOT_IN_SCHEME)
    }
    assert "IA-004" not in said
    assert "RS-PLN-04" not in said
    assert said["IA-005"].startswith('The classification scheme has no function "Housing".')
    assert "RS-HOU-01" in said


def test_without_a_scheme_nothing_is_compared_with_it() -> None:
    """A council that has none reads nothing about it, and the sample council's has all its words."""
    assert not remarked(with_file("classification_scheme.csv", SCHEME.splitlines()[0]), Matter.NOT_IN_SCHEME)
    assert not remarked(shipped().records, Matter.NOT_IN_SCHEME)


def test_the_closest_training_link_counts() -> None:
    """That of the rule stands before that of its policy, and that before one of the family; without any there is none."""
    head = "link_id,about,title,url\n"
    rows = [
        f"T{n},{about},How {n},https://intranet.example/{n}\n"
        for n, about in enumerate(("sharing", "sharing-guests", "sharing-guests/ended"))
    ]
    records = with_file("training_links.csv", head + "".join(rows))
    asked = [("sharing-guests", "ended"), ("sharing-guests", "other"), ("sharing-links", "any")]
    found = [training_for(records, policy, rule, "sharing") for policy, rule in asked]
    assert [one.title if one else "" for one in found] == ["How 2", "How 1", "How 0"]
    assert training_for(records, "stale-content", "quiet", "stale") is None


def test_a_link_that_is_no_address_is_refused() -> None:
    """A script or a path is no address of the web: the row is refused with its place."""
    with pytest.raises(BadInput) as refused:
        with_file("training_links.csv", "link_id,about,title,url\nT1,sharing,How,javascript:alert(1)\n")
    assert "Write one that begins with https://." in str(refused.value)
    assert "training_links.csv:2" in str(refused.value)


@pytest.mark.parametrize(
    ("ends", "soon"),
    [(date(2026, 11, 1), False), (date(2027, 5, 1), True), (date(2027, 8, 1), None), (NO_END, None), (None, None)],
)
def test_a_contract_that_ends_is_told_half_a_year_before(ends: date | None, soon: bool | None) -> None:
    """Return or destruction has to be agreed in time; a contract without an end, or with a distant one, is nothing to tell."""
    records = shipped().records
    held = replace(records.assets["IA-005"], supplier="Storeright", contract_ref="C-12", contract_end=ends)
    found = remarked(replace(records, assets={**records.assets, "IA-005": held}), Matter.CONTRACT_ENDS)
    assert [one.soon for one in found] == ([] if soon is None else [soon])
    if found:
        assert "The contract C-12 with Storeright" in found[0].sentence
