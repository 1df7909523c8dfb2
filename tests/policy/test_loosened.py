"""What settings and roles loosen: who gets a right is asked about, and every floor, ceiling and freeze that gives way is told."""

from __future__ import annotations

from datetime import date

import pytest

from custos.policy import Bundle, load_files
from custos.policy.loosened import asked_about, gainers, loosened
from tests.policy.policies import shipped

TODAY = date(2026, 11, 23)
ROLES, SETTINGS = "register/people_roles.csv", "settings.yaml"
DIRECTOR = "director.planning@wrenbridge.example"


def bundle(*edits: tuple[str, str, str]) -> Bundle:
    """The shipped files, edited: file, old and new text."""
    files = dict(shipped().files)
    for file, old, new in edits:
        assert old in files[file].decode(), old
        files[file] = files[file].decode().replace(old, new, 1).encode()
    return load_files(files, today=TODAY)


SECOND_SIRO = (ROLES, f"{DIRECTOR},Director of Planning,", f"{DIRECTOR},Senior Information Risk Owner,")


def test_one_cell_that_makes_a_second_siro_is_asked_about() -> None:
    """With the person, what they would get, and who has it today."""
    [problem] = asked_about(bundle(), bundle(SECOND_SIRO), TODAY)
    assert problem.mark.file == ROLES
    assert problem.mark.line > 1
    assert problem.what.startswith(
        f"{DIRECTOR} (Senior Information Risk Owner) may let a policy pilot; let a policy enforce;"
    )
    assert "siro@wrenbridge.example" in problem.what
    assert "custos register --accept" in problem.remedy
    assert gainers(bundle(), bundle(SECOND_SIRO), TODAY) == [DIRECTOR]


@pytest.mark.parametrize(
    "edit",
    [
        (ROLES, "\nsiro@wrenbridge.example,", f"\n{DIRECTOR.replace('planning', 'x')},"),
        (ROLES, ",Director of Planning,Place,strategic.director.place@wrenbridge.example,2022-04-01,",
         ",Senior Information Risk Owner,Place,strategic.director.place@wrenbridge.example,2026-12-01,"),
        (SETTINGS, "siro: [", "siro: [Director of Planning, "),
        (SETTINGS, "enforce: [siro]", "enforce: [siro, operator]"),
    ],
)  # fmt: skip
def test_every_way_to_a_right_is_asked_about(edit: tuple[str, str, str]) -> None:
    """Another person in the post, a post that begins next week, a title in the settings, a role in the table."""
    assert [problem.code for problem in asked_about(bundle(), bundle(edit), TODAY)] == ["right-gained"]


def test_who_loses_a_right_or_operates_is_no_question() -> None:
    """Somebody's last day is nothing to ask about; a further operator is told."""
    ended = (ROLES, "Senior Information Risk Owner,Corporate,chief.executive@wrenbridge.example,2022-04-01,",
             "Senior Information Risk Owner,Corporate,chief.executive@wrenbridge.example,2022-04-01,2026-12-31")  # fmt: skip
    assert loosened(bundle(), bundle(ended), TODAY) == []
    operator = (ROLES, f"{DIRECTOR},Director of Planning,", f"{DIRECTOR},Platform Engineer,")
    assert asked_about(bundle(), bundle(operator), TODAY) == []
    assert [one.reference for one in loosened(bundle(), bundle(operator), TODAY)] == [DIRECTOR]
    assert loosened(bundle(), bundle(), TODAY) == []


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("shortest_pilot: 10 working days", "shortest_pilot: 0 days"), "A pilot may be as short as 0 days; it was 10 working days."),
        (("plan_lasts: 14 days", "plan_lasts: 90 days"), "A plan may be 90 days old; it was 14 days."),
        (("CIG-2026-014", "1"), "References look like 1; it was CIG-2026-014."),
        (("percent_of_asset_per_day: 50", "percent_of_asset_per_day: 60"), "The ceiling percent_of_asset_per_day is 60"),
        (("undo: [", "undo: [data_protection, "), "The role data_protection may put back what was done"),
    ],
)  # fmt: skip
def test_a_setting_that_gives_way_is_told(edit: tuple[str, str], said: str) -> None:
    """One sentence each, and nothing when it is tightened again."""
    looser = bundle((SETTINGS, *edit))
    assert any(said in one.sentence for one in loosened(bundle(), looser, TODAY)), loosened(bundle(), looser, TODAY)
    back = [one.sentence for one in loosened(looser, bundle(), TODAY)]
    assert not any(said.split(" ")[1] in one for one in back) or "References" in said


def test_a_pilot_without_length_is_a_warning() -> None:
    """Also where there is no earlier version to compare with."""
    looser = bundle((SETTINGS, "shortest_pilot: 10 working days", "shortest_pilot: 0 days"))
    assert "no-pilot" in {warning.code for warning in looser.warnings}
    assert "no-pilot" not in {warning.code for warning in bundle().warnings}
